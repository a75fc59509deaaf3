"""What the client makes of an answer, of a refusal, and of what is neither."""

import json
import logging
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.client import (
    Client,
    ClientError,
    Likely,
    PictureError,
    Prediction,
    Preprocessing,
    Refused,
    Unreachable,
    Versions,
)
from tests.service.webs import SEVEN, Reply, predictions, problem, scripted

ROOT = Path(__file__).parent.parent.parent
PICTURE = b"\x89PNG, more or less"
PROBABILITIES = tuple(SEVEN["probabilities"])


def test_a_prediction_holds_what_was_answered_and_no_more() -> None:
    with (
        scripted(predictions({**SEVEN, "unheard": 1}, unheard=[])) as server,
        Client(server.url) as client,
    ):
        prediction = client.classify(PICTURE)

    assert prediction == Prediction(
        7, 0.91, PROBABILITIES, False, None, None, None, None, "mnist", 1
    )


def test_what_was_asked_for_beside_it_is_typed_too() -> None:
    done = {
        "untouched": False,
        "inverted": True,
        "cropped": [1, 2, 3, 4],
        "rotated": False,
        "several": True,
    }
    more = {
        "typicality": 0.5,
        "accepted": True,
        "top": [{"digit": 7, "probability": 0.91}, {"digit": 0, "probability": 0.01}],
        "preprocessing": done,
    }

    with (
        scripted(predictions({**SEVEN, **more})) as server,
        Client(server.url) as client,
    ):
        prediction = client.classify(PICTURE)

    assert (prediction.typicality, prediction.accepted) == (0.5, True)
    assert prediction.top == (Likely(7, 0.91), Likely(0, 0.01))
    expected = Preprocessing(
        untouched=False,
        inverted=True,
        cropped=(1, 2, 3, 4),
        rotated=False,
        several=True,
    )
    assert prediction.preprocessing == expected


def test_every_option_is_asked_for_by_its_name() -> None:
    with scripted(predictions(SEVEN)) as server, Client(server.url) as client:
        client.classify(
            PICTURE,
            model="mnist",
            version=2,
            top=3,
            preprocess="exact",
            calibrated=False,
            detail=True,
            request_id="mine",
        )
        client.classify(PICTURE, version=None)

    asked, plain = server.received
    assert asked.path == (
        "/v1/classify?model=mnist&version=2&top=3&preprocess=exact"
        "&calibrated=0&detail=1"
    )
    assert asked.headers["X-Request-ID"] == "mine"
    assert plain.path == "/v1/classify"
    assert "X-Request-ID" not in plain.headers


def test_an_option_that_is_none_is_refused_before_anything_is_sent() -> None:
    with scripted(predictions(SEVEN)) as server, Client(server.url) as client:
        with pytest.raises(TypeError, match="unknown option 'colour', expected model"):
            client.classify(PICTURE, colour=1)  # type: ignore[call-arg]

        assert server.received == []


def test_a_refusal_has_its_status_its_sentence_and_its_request_id() -> None:
    refusal = problem(404, "version 9 is not served", X_Request_ID="abc")

    with (
        scripted(refusal) as server,
        Client(server.url) as client,
        pytest.raises(Refused) as refused,
    ):
        client.classify(PICTURE)

    error = refused.value
    assert (error.status, error.request_id, error.tries) == (404, "abc", 1)
    assert error.detail == "version 9 is not served"
    assert str(error) == "version 9 is not served (status 404, request id abc)"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(404, b'{"error": "no model"}'), "no model"),
        (Reply(500, b"<html>"), "Internal Server Error, and no word that"),
        (Reply(404, b"[" * 99999), "Not Found, and no word that"),
        (Reply(204), "No Content, and no word that"),
    ],
)
def test_a_refusal_in_other_words_is_told_as_well(reply: Reply, said: str) -> None:
    with (
        scripted(reply) as server,
        Client(server.url) as client,
        pytest.raises(Refused, match=said),
    ):
        client.classify(PICTURE)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with scripted(predictions(SEVEN)) as other:
        away = Reply(status, headers={"Location": f"{other.url}/v1/classify"})
        with (
            scripted(away) as server,
            Client(server.url, headers={"Authorization": "secret"}) as client,
            pytest.raises(Refused, match=f"points to '{other.url}/v1/classify'"),
        ):
            client.classify(PICTURE)

    assert other.received == []
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>", {"Content-Type": "text/html"}),
        Reply(200, b"[]"),
        Reply(200, b"{}"),
        predictions(),
        predictions(SEVEN, SEVEN),
        predictions({"digit": 7}),
        predictions({**SEVEN, "probabilities": 1}),
        predictions({"error": "in words"}),
        Reply(200, b'{"model":"m","version":1,"predictions":null}'),
        Reply(200, b'{"model":"m","version":1,"predictions":[7]}'),
    ],
)
def test_what_is_no_answer_of_such_a_service_is_said_so(reply: Reply) -> None:
    with (
        scripted(reply) as server,
        Client(server.url) as client,
        pytest.raises(Unreachable, match="what answers there sends its own"),
    ):
        client.classify(PICTURE)


def test_versions_are_typed() -> None:
    document = {
        "service": "0.1.0",
        "engine": "litert",
        "model": "mnist",
        "default": None,
        "versions": [{"version": 1, "created": "2026"}],
        "refused": [{"version": 2, "reason": "damaged"}],
        "labels": {"stable": 1},
    }

    with (
        scripted(Reply(body=json.dumps(document).encode())) as server,
        Client(f"{server.url}/under/") as client,
    ):
        versions = client.versions()

    refused, labels = {2: "damaged"}, {"stable": 1}
    assert versions == Versions("0.1.0", "litert", "mnist", None, (1,), refused, labels)
    assert server.received[0].path == "/under/version"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"service": "another"}'])
def test_versions_of_something_else_are_none(body: bytes) -> None:
    with (
        scripted(Reply(200, body)) as server,
        Client(server.url) as client,
        pytest.raises(Unreachable, match="what answers there sends its own"),
    ):
        client.versions()


def test_a_password_goes_to_the_service_and_nowhere_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    with scripted(problem(401, "who?")) as server:
        url = server.url.replace("http://", "http://me:s%40cret@")
        with Client(url) as client, pytest.raises(Refused) as refused:
            client.classify(PICTURE)
        gone = Client("http://me:s%40cret@127.0.0.1:9", retries=0)
        with gone, pytest.raises(Unreachable) as unreachable:
            gone.classify(PICTURE)

    authorization = server.received[0].headers["Authorization"]
    assert authorization == "Basic bWU6c0BjcmV0"
    for told in (repr(client), refused.value, unreachable.value, caplog.text):
        assert "cret" not in str(told)
        assert authorization not in str(told)


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://host",
        "http://",
        "http://[::1",
        "http://host:99999",
        "http://host/?a=b",
        "http://host/#a",
        "",
    ],
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="is no address of a service, expected one as"):
        Client(url)


def test_a_wrong_address_is_told_without_its_password() -> None:
    with pytest.raises(ValueError, match=r"'host/\?a'") as error:
        Client("http://me:secret@host/?a")

    assert "secret" not in str(error.value)


def test_many_threads_share_one_client() -> None:
    with (
        scripted(predictions(SEVEN)) as server,
        Client(server.url) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        read = list(pool.map(client.classify, [PICTURE] * 80))

    assert [prediction.digit for prediction in read] == [7] * 80
    assert len(server.received) == 80


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("http://host", 3, "refused"),
        Refused(404, "no", "id", 2),
        PictureError("blank", 422),
    ],
)
def test_errors_survive_the_way_between_processes(error: ClientError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301, our own

    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_the_client_loads_nothing_of_the_service_nor_its_libraries() -> None:
    code = "import sys, service.client; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    ours = {name for name in loaded if name.startswith("service.")}
    assert {name for name in ours if not name.startswith("service.client")} == set()
    unwanted = {"flask", "numpy", "PIL", "ai_edge_litert", "werkzeug", "gunicorn"}
    assert unwanted & {name.split(".")[0] for name in loaded} == set()
