"""What the worker does with an answer that it has at once."""

import selectors
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from service.worker import Worker

LONG = b"x" * 8_000_000
"""More than the buffers of a socket take."""


class Known:
    """Has an answer to a request of these bytes, and to nothing else."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers

    def answer(self, received: bytes, client: str) -> bytes | None:
        assert client == "10.0.0.1"
        return self._answers.get(received)


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
    config = Config()
    worker = Worker(1, 1, [], None, 30, config, Logger(config))
    worker.tpool, worker.poller = worker.get_thread_pool(), selectors.DefaultSelector()
    worker.method_queue.init()
    queue = worker.method_queue
    worker.poller.register(queue.fileno(), selectors.EVENT_READ, queue.run_callbacks)
    ours, client = socket.socketpair()
    with closing(ours), closing(client):
        conn = TConn(config, ours, ("10.0.0.1", 40_000), ("10.0.0.2", 80))
        conn.init()
        worker.nr_conns = 1
        worker.finish_request(conn, _done())
        yield Kept(worker, conn, client)
        worker.tpool.shutdown()
        worker.poller.close()
        worker.method_queue.close()
        worker.tmp.close()


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
