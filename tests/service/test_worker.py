"""What the worker does with an answer that it has at once."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from gunicorn.workers.gthread import TConn

from service.worker import Worker
from tests.service.workers import working

LONG = b"x" * 8_000_000
"""More than the buffers of a socket take."""


class Known:
    """Has an answer to a request of these bytes, and to nothing else."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers

    def answer(self, received: bytes, client: str) -> bytes | None:
        assert client == "10.0.0.1"
        return self._answers.get(received)


class Broken:
    """Fails, which nothing is known to make it do."""

    def answer(self, received: bytes, client: str) -> bytes | None:
        raise RuntimeError(f"{received!r} from {client}")


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


def test_no_more_connections_are_accepted_than_a_worker_may_have(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, accepted = kept.worker, list[TConn]()
    monkeypatch.setattr(worker, "enqueue_req", accepted.append)
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as clients:
        worker.sockets, worker.worker_connections = [listener], 10
        worker.set_accept_enabled(True)
        for _ in range(40):
            clients.enter_context(socket.create_connection(listener.getsockname()))

        kept.dispatch()

        for conn in accepted:
            conn.close()
        worker.set_accept_enabled(False)
    assert worker.nr_conns == 10
