"""Every failure is told in the shape that the path's clients expect."""

import logging
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service import errors
from service.api.errors import STATUSES
from service.app import create_app
from service.settings import Settings


@pytest.fixture
def broken(tmp_path: Path) -> FlaskClient:
    """A client of an application one route of which fails in a way unforeseen."""
    app: Flask = create_app(Settings(models_dir=tmp_path))

    @app.get("/broken")
    @app.get("/v2/broken")
    def fail() -> str:
        raise RuntimeError("the password is swordfish")

    return app.test_client()


def test_a_problem_has_every_member_of_rfc_9457(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/classify?model=letters", data=b"x" * 784, content_type="image/png"
    )

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json() == {
        "type": "urn:mnist-service:unknown-model",
        "title": "Not Found",
        "status": 404,
        "detail": "model 'letters' is not served, expected 'mnist'",
        "request_id": answer.headers["X-Request-ID"],
    }


def test_a_url_that_nothing_answers_is_a_problem_too(client: FlaskClient) -> None:
    answer = client.get("/v1/classif")

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json() == {
        "type": "urn:mnist-service:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "nothing is at '/v1/classif'",
        "request_id": answer.headers["X-Request-ID"],
    }


def test_the_open_inference_protocol_gets_an_error_and_nothing_else(
    client: FlaskClient,
) -> None:
    answer = client.get("/v2/x/y/z")

    assert answer.status_code == 404
    assert answer.content_type == "application/json"
    assert answer.get_json() == {"error": "nothing is at '/v2/x/y/z'"}


def test_tensorflow_serving_calls_a_path_that_it_does_not_know_malformed(
    client: FlaskClient,
) -> None:
    answer = client.get("/v1/models/x/y/z")

    assert answer.status_code == 400
    assert answer.content_type == "application/json"
    assert answer.get_json() == {"error": "Malformed request: GET /v1/models/x/y/z"}


@pytest.mark.parametrize("path", ["/v2x", "/v22/models", "/v1/modelsx"])
def test_a_path_that_only_begins_alike_is_no_dialect(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)

    assert answer.content_type == "application/problem+json"


def test_a_method_that_is_not_allowed_is_a_problem_with_those_that_are(
    client: FlaskClient,
) -> None:
    answer = client.delete("/livez")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert answer.get_json()["type"] == "urn:mnist-service:method-not-allowed"


def test_a_body_over_the_limit_is_as_too_large_as_a_picture(
    fake_client: FlaskClient,
) -> None:
    answer = fake_client.post(
        "/v1/classify", data=b"x" * 100_001, content_type="image/png"
    )

    assert answer.status_code == 413
    assert answer.get_json()["type"] == "urn:mnist-service:too-large"
    assert answer.get_json()["detail"] == "the body is over the limit of 100000 bytes"


def test_a_failure_is_told_without_its_reason(broken: FlaskClient) -> None:
    answer = broken.get("/broken")

    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert answer.get_json() == {
        "type": "urn:mnist-service:unexpected",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "the service failed; its log has the reason under this request id",
        "request_id": answer.headers["X-Request-ID"],
    }


def test_a_failure_in_another_dialect_keeps_its_shape(broken: FlaskClient) -> None:
    answer = broken.get("/v2/broken")

    assert answer.status_code == 500
    assert answer.get_json().keys() == {"error"}
    assert b"swordfish" not in answer.data


def test_a_failure_is_logged_with_its_traceback_and_request_id(
    broken: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken.get("/broken")

    (failure,) = [r for r in caplog.records if r.message == "unexpected failure"]
    assert failure.levelno == logging.ERROR
    assert failure.exc_text is not None
    assert "RuntimeError: the password is swordfish" in failure.exc_text
    fields = vars(failure)["fields"]
    assert fields["request_id"] == answer.headers["X-Request-ID"]


def test_every_error_that_a_request_can_cause_has_a_status() -> None:
    asked = {errors.NotReady, *errors.RequestError.__subclasses__()}

    assert asked == set(STATUSES)
