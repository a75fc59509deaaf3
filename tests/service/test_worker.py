"""What the worker does with an answer that it has at once."""

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import TConn

from service.workers.http1 import Answer
from service.workers.plain_request import PlainRequest
from service.workers.worker import Worker
from tests.service.workers import working

LONG = b"x" * 8_000_000
"""More than the buffers of a socket take."""


class Known:
    """Has an answer to a request of these bytes, and to nothing else.

    It says that the connection ends where they begin with "last".
    """

    together = 2

    def __init__(self, answers: dict[bytes, bytes], client: str = "10.0.0.1") -> None:
        self._answers = answers
        self._client = client
        self.asked: list[list[bytes]] = []

    def answer(self, received: Sequence[tuple[bytes, str]]) -> list[Answer | None]:
        assert {client for _, client in received} == {self._client}
        self.asked.append([request for request, _ in received])
        return [self._known(request) for request, _ in received]

    def is_short_work(self, received: bytes) -> bool:
        return received.startswith(b"POST /short ")

    def _known(self, received: bytes) -> Answer | None:
        found = self._answers.get(received)
        if found is None:
            return None
        return Answer(found, kept=not received.startswith(b"last"))


class Broken:
    """Fails, which nothing is known to make it do."""

    together = 2

    def answer(self, received: Sequence[tuple[bytes, str]]) -> list[Answer | None]:
        raise RuntimeError(f"{received!r}")

    def is_short_work(self, received: bytes) -> bool:
        raise RuntimeError(f"{received!r}")


@dataclass(frozen=True)
class Kept:
    """A connection that a worker keeps, and its client's end of it."""

    worker: Worker
    conn: TConn
    client: socket.socket

    def dispatch(self) -> None:
        """Let the worker see to what has happened."""
        self.worker.wait_for_and_dispatch_events(10)

    @property
    def is_waiting(self) -> bool:
        """Whether the worker waits for a next request, and nothing is under way."""
        return list(self.worker.keepalived_conns) == [self.conn]


@pytest.fixture
def kept() -> Iterator[Kept]:
    with working() as worker, other_of(worker) as connection:
        yield connection


@contextmanager
def other_of(worker: Worker) -> Iterator[Kept]:
    """One more connection that the worker keeps."""
    ours, client = socket.socketpair()
    with closing(ours), closing(client):
        conn = TConn(worker.cfg, ours, ("10.0.0.1", 40_000), ("10.0.0.2", 80))
        conn.init()
        conn.parser.mesg_class = PlainRequest
        worker.nr_conns += 1
        worker.finish_request(conn, _done())
        yield Kept(worker, conn, client)


def _done() -> Future[Any]:
    """The end of a former request, whose connection is kept."""
    future: Future[Any] = Future()
    future.set_result(True)
    return future


def test_it_is_sent_from_the_main_thread(kept: Kept) -> None:
    kept.worker._express = Known({b"one": b"two"})
    kept.client.sendall(b"one")

    kept.dispatch()

    assert kept.client.recv(100) == b"two"
    assert kept.is_waiting
    assert kept.worker.nr == 1


def test_what_came_meanwhile_is_answered_together(kept: Kept) -> None:
    kept.worker._express = known = Known({b"one": b"two", b"three": b"four"})
    with other_of(kept.worker) as second, other_of(kept.worker) as third:
        kept.client.sendall(b"one")
        second.client.sendall(b"three")
        third.client.sendall(b"one")

        kept.dispatch()

        answers = [each.client.recv(100) for each in (kept, second, third)]
        kept.worker.keepalived_conns.clear()  # those of the others end here
    assert answers == [b"two", b"four", b"two"]
    assert [len(requests) for requests in known.asked] == [2, 1]


def test_what_has_no_answer_keeps_no_answer_from_the_others(kept: Kept) -> None:
    kept.worker._express = Known({b"one": b"two"})
    with other_of(kept.worker) as other:
        kept.client.sendall(b"GET / HTTP/9.9\r\n\r\n")
        other.client.sendall(b"one")

        kept.dispatch()

        assert other.client.recv(100) == b"two"
        assert b"Invalid HTTP Version" in kept.client.recv(1000)


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers with the body that it was sent, in two pieces."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body[:1], body[1:]]


def failing(_: dict[str, Any], __: Any) -> list[bytes]:
    """Fails, as no application should."""
    raise RuntimeError


@pytest.fixture
def asking(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """One whose application is asked, and never by a thread."""
    kept.worker._express, kept.worker.wsgi = Known({}), application
    monkeypatch.setattr(kept.worker, "enqueue_req", None)
    return kept


SHORT = b"POST /short HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nshort"


def test_short_work_is_asked_of_the_application_in_the_main_thread(
    asking: Kept,
) -> None:
    for _ in range(2):
        asking.client.sendall(SHORT)
        asking.dispatch()

        head, _, body = asking.client.recv(1000).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert body == b"short"
    assert asking.is_waiting
    assert asking.worker.nr == 2


def test_those_answered_at_once_do_not_wait_for_it(
    asking: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking.worker._express = Known({b"one": b"two"})
    order = []
    with other_of(asking.worker) as other:
        asking.client.sendall(SHORT)
        other.client.sendall(b"one")
        monkeypatch.setattr(asking.worker, "send", lambda conn, _: order.append(conn))

        asking.dispatch()

        asking.worker.keepalived_conns.remove(other.conn)
    assert order == [other.conn, asking.conn]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (SHORT, b"500 Internal Server Error"),
        (
            SHORT.replace(b"Host", b"X" * 9000 + b": 1\r\nHost"),
            b"431 Request Header Fields Too Large",
        ),
    ],
    ids=["by the application", "by gunicorn's rules"],
)
def test_one_that_fails_has_gunicorns_answer_and_ends_its_connection(
    kept: Kept, sent: bytes, status: bytes
) -> None:
    kept.worker._express, kept.worker.wsgi = Known({}), failing
    kept.client.sendall(sent)

    kept.dispatch()

    assert kept.client.recv(1000).startswith(b"HTTP/1.1 " + status)
    kept.client.close()
    kept.dispatch()
    assert kept.worker.nr_conns == 0


def test_the_last_requests_of_a_worker_are_left_to_threads(kept: Kept) -> None:
    kept.worker._express = known = Known({b"GET / HTTP/9.9\r\n\r\n": b"two"})
    kept.worker.nr, kept.worker.max_requests = 9, 10
    kept.client.sendall(b"GET / HTTP/9.9\r\n\r\n")

    kept.dispatch()

    assert b"Invalid HTTP Version" in kept.client.recv(1000)
    assert known.asked == []


def test_one_that_the_client_is_slow_to_read_is_sent_by_a_thread(kept: Kept) -> None:
    kept.worker._express = Known({b"one": LONG, b"two": b"three"})
    kept.client.sendall(b"one")

    kept.dispatch()
    waited = not kept.is_waiting
    received = b""
    while len(received) < len(LONG):
        received += kept.client.recv(1_000_000)
    kept.dispatch()

    assert waited
    assert received == LONG
    assert kept.is_waiting
    kept.client.sendall(b"two")
    kept.dispatch()
    assert kept.client.recv(100) == b"three"


def test_one_that_nobody_reads_any_more_ends_the_connection(kept: Kept) -> None:
    kept.worker._express = Known({b"one": LONG})
    kept.client.sendall(b"one")

    kept.dispatch()
    kept.client.close()
    kept.dispatch()

    assert not kept.is_waiting
    assert kept.worker.nr_conns == 0


def test_what_it_has_no_answer_to_is_read_by_a_thread_from_its_first_byte(
    kept: Kept,
) -> None:
    kept.worker._express = Known({})
    kept.client.sendall(b"GET / HTTP/9.9\r\n\r\n")

    kept.dispatch()
    kept.dispatch()

    assert b"Invalid HTTP Version" in kept.client.recv(1000)
    assert kept.worker.nr_conns == 0


def test_a_failure_to_answer_at_once_leaves_the_request_to_a_thread(
    kept: Kept,
) -> None:
    kept.worker._express = Broken()
    kept.client.sendall(b"GET / HTTP/9.9\r\n\r\n")

    kept.dispatch()
    kept.dispatch()

    assert b"Invalid HTTP Version" in kept.client.recv(1000)


@pytest.mark.parametrize("answer", [b"one", LONG], ids=["short", "long"])
def test_after_the_last_answer_on_a_connection_it_ends(
    kept: Kept, answer: bytes
) -> None:
    kept.worker._express = Known({b"last": answer})
    kept.client.sendall(b"last")

    kept.dispatch()
    received = b""
    while data := kept.client.recv(1_000_000):
        received += data
    kept.client.close()
    kept.dispatch()

    assert received == answer
    assert not kept.is_waiting
    assert kept.worker.nr_conns == 0


def test_a_client_that_does_not_hang_up_keeps_no_other_waiting(kept: Kept) -> None:
    kept.client.sendall(b"GET / HTTP/9.9\r\n\r\n")
    kept.dispatch()
    assert b"Invalid HTTP Version" in kept.client.recv(1000)  # and it is not closed

    with other_of(kept.worker) as other:
        kept.worker._express = Known({b"one": b"two"})
        other.client.sendall(b"one")
        other.dispatch()
        lingering = kept.worker.nr_conns == 2

        assert other.client.recv(100) == b"two"
    assert lingering


@pytest.fixture
def new() -> Iterator[Kept]:
    """A connection that is accepted, and on which nothing has come yet."""
    with working() as worker, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        worker._express = Known({b"one": b"two"}, client="127.0.0.1")
        with socket.create_connection(listener.getsockname(), timeout=10) as client:
            worker.take(listener)
            (conn,) = worker.keepalived_conns
            yield Kept(worker, conn, client)
        conn.close()


def test_the_first_request_of_a_connection_is_answered_as_the_others_are(
    new: Kept,
) -> None:
    for _ in range(2):
        new.client.sendall(b"one")
        new.dispatch()

        assert new.client.recv(100) == b"two"
    assert new.is_waiting
    assert new.worker.nr == 2


def test_a_first_request_without_an_answer_is_read_by_a_thread_from_its_first_byte(
    new: Kept,
) -> None:
    new.client.sendall(b"GET / HTTP/9.9\r\n\r\n")

    new.dispatch()
    new.dispatch()

    assert b"Invalid HTTP Version" in new.client.recv(1000)


def test_until_a_client_sends_something_nothing_of_it_waits_for_a_thread(
    new: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new.worker.tpool, "submit", lambda *_: Future[Any]())
    silent = dict(new.worker._waiting)

    new.client.sendall(b"three")
    new.dispatch()

    assert silent == {}
    assert list(new.worker._waiting) == [new.conn]


def test_a_client_that_hangs_up_keeps_no_thread_busy(
    new: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[TConn]()
    monkeypatch.setattr(new.worker, "enqueue_req", asked.append)

    new.client.close()
    new.dispatch()

    assert new.worker.nr_conns == 0
    assert not new.is_waiting
    assert asked == []


def test_a_client_that_stays_silent_is_hung_up_on_in_time(new: Kept) -> None:
    new.worker.murder_keepalived()
    in_time = new.is_waiting

    new.conn.timeout = 0
    new.worker.murder_keepalived()

    assert in_time
    assert new.worker.nr_conns == 0
    assert new.client.recv(100) == b""


def test_where_nobody_waits_any_more_nothing_is_accepted(new: Kept) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)

        new.worker.take(listener)

    assert new.worker.nr_conns == 1


@pytest.mark.parametrize(
    ("setting", "value", "at_once"),
    [
        ("keepalive", 75, True),
        ("http2_cleartext", "upgrade", False),
        ("http2_cleartext", "prior-knowledge", False),
        ("proxy_protocol", "v1", False),
        ("certfile", "certificate.pem", False),
    ],
)
def test_what_is_not_plain_http_1_is_left_to_gunicorn(
    setting: str, value: Any, at_once: bool
) -> None:
    application = SimpleNamespace(express=Known({}))
    with working() as worker:
        worker.app = SimpleNamespace(wsgi=lambda: application)
        worker.cfg.set(setting, value)

        worker.load_wsgi()

        assert (worker._express is not None) == at_once


def test_no_more_connections_are_accepted_than_a_worker_may_have(kept: Kept) -> None:
    worker = kept.worker
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as clients:
        worker.sockets, worker.worker_connections = [listener], 10
        worker.set_accept_enabled(True)
        for _ in range(40):
            clients.enter_context(socket.create_connection(listener.getsockname()))

        kept.dispatch()

        for conn in worker.keepalived_conns:
            conn.close()
        worker.set_accept_enabled(False)
    assert worker.nr_conns == 10
