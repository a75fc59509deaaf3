"""What an orchestrator and an operator ask."""

from importlib.metadata import version
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.artifact import TFLITE_MODEL
from service.settings import Settings
from service.versions.labels import LABELS
from tests.fakes import fake_version


@pytest.fixture
def empty(tmp_path: Path) -> FlaskClient:
    """A client of a service that found no model."""
    return create_app(Settings(models_dir=tmp_path)).test_client()


def test_the_service_is_alive_with_a_model_and_without(
    client: FlaskClient, empty: FlaskClient
) -> None:
    for asked in (client, empty):
        answer = asked.get("/livez")

        assert answer.status_code == 200
        assert answer.get_json() == {"status": "alive"}


def test_the_service_is_ready_once_a_model_is(fake_client: FlaskClient) -> None:
    answer = fake_client.get("/readyz")

    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ready", "model": "mnist", "version": 1}


def test_without_a_model_it_is_not_ready_and_says_why(
    empty: FlaskClient, tmp_path: Path
) -> None:
    answer = empty.get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "not ready",
        "reason": f"no model version was found in {tmp_path / 'mnist'}",
    }


def test_without_a_model_nothing_is_classified(empty: FlaskClient) -> None:
    answer = empty.post("/v1/classify", data=b"x", content_type="image/png")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json()["type"] == "urn:mnist-service:not-ready"
    assert answer.get_json()["detail"].startswith("no model version was found in")


@pytest.mark.usefixtures("engine")
def test_the_version_tells_what_is_served_and_what_was_refused(tmp_path: Path) -> None:
    fake_version(tmp_path, 1)
    (fake_version(tmp_path, 2) / TFLITE_MODEL).write_bytes(b"another network")
    (tmp_path / "mnist" / LABELS).write_text('{"stable": 1, "canary": 2}')
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    document = client.get("/version").get_json()

    (refused,) = document.pop("refused")
    assert document == {
        "service": version("mnist-service"),
        "engine": "litert",
        "model": "mnist",
        "policy": "latest:3",
        "generation": 1,
        "default": 1,
        "labels": {"stable": 1},
        "versions": [{"version": 1, "created": "2026-01-02T03:04:05Z"}],
        "problems": ["label canary is not used: version 2 is not served"],
    }
    assert refused["version"] == 2
    assert "has sha256" in refused["reason"]
