"""The client asks again where that helps, waits as it is told, and ends in time."""

import socket
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from service.app import create_app
from service.client import Client, ClientError, Refused, Unreachable
from service.settings import Settings
from tests.service.webs import (
    HANG_UP,
    SEVEN,
    SILENCE,
    Reply,
    predictions,
    problem,
    scripted,
    serving,
)

PICTURE = b"\x89PNG, more or less"
ANSWER = predictions(SEVEN)


class Clock:
    """Time that passes only while the client waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("service.client.patience.pause", clock.pause)
    monkeypatch.setattr("service.client.patience.monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def closed_port() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_after_as_many_seconds_as_it_says(
    status: int, clock: Clock
) -> None:
    busy = problem(status, "busy", Retry_After="7")

    with scripted(busy, busy, ANSWER) as server, Client(server.url) as client:
        prediction = client.classify(PICTURE)

    assert prediction.digit == 7
    assert clock.waits == [7, 7]
    assert [request.body for request in server.received] == [PICTURE] * 3


@pytest.mark.parametrize(("offset", "least", "most"), [(30, 20, 30), (-30, 0, 0)])
def test_retry_after_may_be_a_date(
    offset: int, least: int, most: int, clock: Clock
) -> None:
    date = formatdate(time.time() + offset, usegmt=True)

    with (
        scripted(problem(503, "not yet", Retry_After=date), ANSWER) as server,
        Client(server.url) as client,
    ):
        client.classify(PICTURE)

    assert len(clock.waits) == 1
    assert least <= clock.waits[0] <= most


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry_After": "soon"},
        {"Retry_After": "-1"},
        {"Retry_After": "9" * 5000},
        {"Retry_After": "Fri, 31 Dec 99999 23:59:59 GMT"},
    ],
)
def test_without_a_sensible_retry_after_each_wait_is_about_twice_the_last(
    headers: dict[str, str], clock: Clock
) -> None:
    busy = problem(429, "busy", **headers)

    with (
        scripted(busy, busy, busy, ANSWER) as server,
        Client(server.url) as client,
    ):
        client.classify(PICTURE)

    assert len(clock.waits) == 3
    for wait, longest in zip(clock.waits, (0.25, 0.5, 1.0), strict=True):
        assert longest / 2 <= wait <= longest


def test_waits_grow_no_longer_than_some_seconds(clock: Clock) -> None:
    with (
        scripted(problem(503, "no")) as server,
        Client(server.url, retries=40, patience=1000) as client,
        pytest.raises(Refused),
    ):
        client.classify(PICTURE)

    assert len(clock.waits) == 40
    assert max(clock.waits) <= 8


def test_it_gives_up_with_the_last_reason(clock: Clock) -> None:
    first, last = problem(429, "too many"), problem(503, "no version is ready")

    with (
        scripted(first, first, last) as server,
        Client(server.url, retries=2) as client,
        pytest.raises(Refused) as refused,
    ):
        client.classify(PICTURE)

    assert len(server.received) == 3
    assert (refused.value.status, refused.value.tries) == (503, 3)
    said = "no version is ready (status 503, tried 3 times)"
    assert str(refused.value) == said
    assert len(clock.waits) == 2


@pytest.mark.parametrize(("asked", "waits"), [("3600", []), ("40", [40])])
def test_no_wait_goes_beyond_its_patience(
    asked: str, waits: list[int], clock: Clock
) -> None:
    with (
        scripted(problem(503, "later", Retry_After=asked)) as server,
        Client(server.url, patience=60) as client,
        pytest.raises(Refused),
    ):
        client.classify(PICTURE)

    assert clock.waits == waits
    assert len(server.received) == len(waits) + 1


@pytest.mark.parametrize("status", [400, 404, 405, 408, 413, 415, 422, 500])
def test_what_would_end_the_same_is_asked_once(status: int, clock: Clock) -> None:
    refusal = problem(status, "no", Retry_After="1")

    with (
        scripted(refusal) as server,
        Client(server.url) as client,
        pytest.raises(ClientError, match="no"),
    ):
        client.classify(PICTURE)

    assert len(server.received) == 1
    assert clock.waits == []


def test_nothing_that_listens_is_said_in_a_sentence(
    closed_port: int, clock: Clock
) -> None:
    url = f"http://127.0.0.1:{closed_port}"

    with Client(url, retries=2) as client, pytest.raises(Unreachable) as error:
        client.classify(PICTURE)

    assert str(error.value) == (
        f"no MNIST Service was reached at {url}: Connection refused (tried 3 times); "
        "is it running, and is the address right?"
    )
    assert len(clock.waits) == 2


@pytest.mark.parametrize(
    "broken", [HANG_UP, Reply(200, b"x" * 100, sent=10)], ids=["none", "half"]
)
def test_an_answer_that_breaks_off_is_asked_for_again_at_once(
    broken: Reply, clock: Clock
) -> None:
    with scripted(broken, ANSWER) as server, Client(server.url) as client:
        prediction = client.classify(PICTURE)

    assert prediction.digit == 7
    assert len(server.received) == 2
    assert clock.waits == [0]


@pytest.mark.parametrize(
    "broken", [HANG_UP, Reply(200, b"x" * 100, sent=10)], ids=["none", "half"]
)
def test_answers_that_always_break_off_end_in_a_sentence(
    broken: Reply, clock: Clock
) -> None:
    with (
        scripted(broken) as server,
        Client(server.url, retries=2) as client,
        pytest.raises(Unreachable, match=r"the connection broke off .*tried 3 times"),
    ):
        client.classify(PICTURE)

    assert len(server.received) == 3
    assert clock.waits[0] < 0.25 <= clock.waits[1]


def test_silence_is_not_waited_for_longer_than_the_timeout() -> None:
    with (
        scripted(SILENCE) as server,
        Client(server.url, timeout=0.05, retries=1) as client,
        pytest.raises(Unreachable, match=r"within 0\.05 s .*tried 2 times"),
    ):
        client.classify(PICTURE)


def test_a_failed_handshake_is_not_tried_again() -> None:
    with scripted(ANSWER) as server:
        url = server.url.replace("http:", "https:")
        with Client(url) as client, pytest.raises(Unreachable) as error:
            client.classify(PICTURE)

    assert error.value.tries == 1
    assert "SSL" in error.value.reason


def test_a_host_without_an_address_is_said_so() -> None:
    with (
        Client("http://none.invalid", retries=0) as client,
        pytest.raises(Unreachable, match=r"its host has no address \(tried once\)"),
    ):
        client.classify(PICTURE)


def test_a_client_that_was_closed_says_so_at_once(clock: Clock) -> None:
    client = Client("http://127.0.0.1:9")
    client.close()

    with pytest.raises(Unreachable, match="the client was closed before"):
        client.classify(PICTURE)

    assert clock.waits == []


def test_a_service_with_no_version_is_refused_with_its_reason(tmp_path: Path) -> None:
    app = create_app(Settings(models_dir=tmp_path))

    with serving(app) as url, Client(url, retries=1) as client:
        with pytest.raises(Refused, match="no model version was found") as refused:
            client.classify(PICTURE)
        versions = client.versions()
        ready = client.ready()

    assert (refused.value.status, refused.value.tries) == (503, 2)
    assert versions.default is None
    assert not ready


def test_ready_asks_once_and_never_waits(closed_port: int, clock: Clock) -> None:
    busy = problem(503, "no", Retry_After="9")

    with scripted(busy, Reply(200)) as server, Client(server.url) as client:
        assert [client.ready(), client.ready()] == [False, True]
    with Client(f"http://127.0.0.1:{closed_port}") as client:
        assert not client.ready()

    assert clock.waits == []
