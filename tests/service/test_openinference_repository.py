"""What Triton's clients ask beside inference: repository, statistics, settings."""

import time
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.artifact import TFLITE_MODEL
from service.settings import Settings
from tests.fakes import FakeEngine, fake_version
from tests.service.openinference import document, error_of, floats, raw, send

NEVER = {"count": 0, "ns": 0}


@pytest.fixture
def two(engine: FakeEngine, tmp_path: Path) -> FlaskClient:
    """A client of versions 2 and 10, of which 10 was refused."""
    fake_version(tmp_path, 2)
    (fake_version(tmp_path, 10) / TFLITE_MODEL).write_bytes(b"another network")
    return create_app(Settings(models_dir=tmp_path)).test_client()


def test_the_index_tells_which_versions_are_ready_and_why_others_are_not(
    two: FlaskClient,
) -> None:
    first, second = two.post("/v2/repository/index").get_json()

    assert first == {"name": "mnist", "version": "2", "state": "READY", "reason": ""}
    assert "has sha256" in second.pop("reason")
    assert second == {"name": "mnist", "version": "10", "state": "UNAVAILABLE"}


@pytest.mark.parametrize(
    ("body", "count"), [(b"{}", 2), (b'{"ready": false}', 2), (b'{"ready": true}', 1)]
)
def test_the_index_may_be_of_ready_versions_alone(
    two: FlaskClient, body: bytes, count: int
) -> None:
    answer = two.post("/v2/repository/index", data=body)

    assert len(answer.get_json()) == count


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the request is not JSON"),
        (b"[]", "the request is a list of 0, expected an object"),
        (b'{"ready": 1}', "'ready' is 1, expected true or false"),
    ],
)
def test_an_index_is_asked_for_in_json(
    two: FlaskClient, body: bytes, said: str
) -> None:
    answer = two.post("/v2/repository/index", data=body)

    assert error_of(answer).startswith(said)


def test_a_model_that_is_served_is_loaded_already(two: FlaskClient) -> None:
    for body in (b"", b"{}", b'{"parameters": {}}'):
        answer = two.post("/v2/repository/models/mnist/load", data=body)

        assert (answer.status_code, answer.get_json()) == (200, {})


def test_a_model_that_is_not_served_cannot_be_loaded(two: FlaskClient) -> None:
    answer = two.post("/v2/repository/models/letters/load")

    assert "'letters' is not served" in error_of(answer, 404)


def test_a_load_with_a_configuration_is_not_quietly_without(two: FlaskClient) -> None:
    answer = two.post(
        "/v2/repository/models/mnist/load", json={"parameters": {"config": "{}"}}
    )

    assert error_of(answer).startswith("load has the parameters config, expected none")


def test_nothing_is_unloaded_as_where_triton_polls(two: FlaskClient) -> None:
    answer = two.post(
        "/v2/repository/models/mnist/unload",
        json={"parameters": {"unload_dependents": False}},
    )

    said = "explicit model load / unload is not allowed if polling is enabled"
    assert error_of(answer, 503).startswith(said)
    assert two.get("/v2/models/mnist/ready").status_code == 200


def test_statistics_begin_at_nothing(two: FlaskClient) -> None:
    paths = ("models/mnist", "models/mnist/versions/2", "models")

    for path in paths:
        (stats,) = two.get(f"/v2/{path}/stats").get_json()["model_stats"]

        parts = dict.fromkeys(
            (
                *("success", "fail", "queue", "compute_input", "compute_infer"),
                *("compute_output", "cache_hit", "cache_miss"),
            ),
            NEVER,
        )
        assert stats == {
            "name": "mnist",
            "version": "2",
            "last_inference": 0,
            "inference_count": 0,
            "execution_count": 0,
            "inference_stats": parts,
            "batch_stats": [],
        }


def test_statistics_count_what_was_inferred(two: FlaskClient) -> None:
    before = time.time_ns() // 1_000_000
    for digits in ((1, 2, 3), (4,), (5, 6, 7)):
        body = document(floats(*digits).tolist(), [len(digits), 784])
        assert send(two, body).status_code == 200

    (stats,) = two.get("/v2/models/mnist/stats").get_json()["model_stats"]

    assert (stats["inference_count"], stats["execution_count"]) == (7, 3)
    assert stats["last_inference"] >= before
    assert stats["inference_stats"]["success"]["count"] == 3
    assert stats["inference_stats"]["compute_infer"]["ns"] > 0
    assert [
        (batch["batch_size"], batch["compute_infer"]["count"])
        for batch in stats["batch_stats"]
    ] == [(1, 1), (3, 2)]


def test_statistics_count_failures(
    two: FlaskClient, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = np.full((1, 10), np.nan, np.float32)
    monkeypatch.setattr(engine, "predict", lambda _: nothing)
    body = document(floats(1).tolist(), [1, 784])
    assert send(two, body).status_code == 400

    (stats,) = two.get("/v2/models/mnist/stats").get_json()["model_stats"]

    assert stats["inference_stats"]["fail"]["count"] == 1


@pytest.mark.usefixtures("engine")
def test_statistics_are_of_every_version_or_of_one(tmp_path: Path) -> None:
    for version in (10, 2):
        fake_version(tmp_path, version)
    client = create_app(Settings(models_dir=tmp_path)).test_client()
    send(client, document(raw(1).tolist(), [1, 784], "UINT8"))

    found = {
        path: client.get(f"/v2/models/{path}stats").get_json()["model_stats"]
        for path in ("", "mnist/", "mnist/versions/2/")
    }

    assert [(s["version"], s["inference_count"]) for s in found[""]] == [
        ("2", 0),
        ("10", 1),
    ]
    assert found["mnist/"] == found[""]
    assert [s["version"] for s in found["mnist/versions/2/"]] == ["2"]


def test_without_a_model_there_are_no_statistics(tmp_path: Path) -> None:
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    assert client.get("/v2/models/stats").get_json() == {"model_stats": []}
    assert "no model version" in error_of(client.get("/v2/models/mnist/stats"), 503)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("logging", "log settings"),
        ("trace/setting", "trace settings"),
        ("models/mnist/trace/setting", "trace settings"),
        ("models/mnist/config", "the model configuration"),
        ("models/mnist/versions/2/config", "the model configuration"),
        ("systemsharedmemory/status", "shared memory"),
        ("systemsharedmemory/unregister", "shared memory"),
        ("systemsharedmemory/region/r/status", "shared memory"),
        ("cudasharedmemory/region/r/register", "shared memory"),
    ],
)
def test_what_is_not_offered_is_refused_in_the_shape_of_the_protocol(
    two: FlaskClient, path: str, what: str
) -> None:
    for answer in (two.get(f"/v2/{path}"), two.post(f"/v2/{path}", data=b"{}")):
        said = f"{what} cannot be asked for here: GET /v2 lists the extensions"
        assert error_of(answer, 501) == said


def test_other_memory_is_not_found(two: FlaskClient) -> None:
    assert "nothing is at" in error_of(two.get("/v2/tapememory/status"), 404)
