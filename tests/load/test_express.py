"""What a worker answers at once is no different for the client that asked."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import parse_headers
from pathlib import Path
from typing import BinaryIO

import pytest
import requests

from tests.load.server import ROOT, Server, running, wait_until
from tests.scraping import series, total

pytestmark = pytest.mark.slow

SEVEN = (ROOT / "tests/data/digits/7_0.png").read_bytes()
HEAD = b"POST /v1/classify HTTP/1.1\r\nHost: test\r\nContent-Type: image/png\r\n"
REQUEST = HEAD + b"Content-Length: %d\r\n\r\n" % len(SEVEN) + SEVEN
LAST = REQUEST.replace(b"Host:", b"Connection: close\r\nHost:")
WAITED = "mnist_stage_duration_seconds"


@pytest.fixture(scope="module")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("express") / "log"
    with running(models_dir, log, WORKERS="1", THREADS="2") as server:
        yield server


@dataclass(frozen=True)
class Connection:
    """One that is kept, and what comes on it."""

    sock: socket.socket
    file: BinaryIO

    def send(self, sent: bytes) -> None:
        """All of it."""
        self.sock.sendall(sent)

    def read(self) -> Message:
        """The headers of the next answer, which is the right one."""
        assert self.file.readline() == b"HTTP/1.1 200 OK\r\n"
        headers = parse_headers(self.file)
        body = json.loads(self.file.read(int(headers["Content-Length"])))
        assert body["predictions"][0]["digit"] == 7
        return headers


@contextmanager
def connected(server: Server) -> Iterator[Connection]:
    """A new connection, on which nothing was sent."""
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as sock,
        sock.makefile("rb") as file,
    ):
        yield Connection(sock, file)


def waited(server: Server) -> tuple[float, float]:
    """How many requests were answered, and how long they waited for a thread."""
    found = series(requests.get(server.url("/metrics"), timeout=30).text)
    count = total(found, f"{WAITED}_count", stage="queue")
    return count, total(found, f"{WAITED}_sum", stage="queue")


def test_no_request_waits_for_a_thread_not_the_first_nor_the_last(
    server: Server,
) -> None:
    count, seconds = waited(server)
    for _ in range(5):
        with connected(server) as client:
            for _ in range(3):
                client.send(REQUEST)
                client.read()
            client.send(LAST)
            headers = client.read()

            assert headers["Connection"] == "close"
            assert client.file.read() == b""

    assert waited(server) == (count + 20, seconds)


@pytest.mark.parametrize("before", [0, 1])
def test_a_request_that_comes_in_pieces_is_answered(
    server: Server, before: int
) -> None:
    for place in (1, 10, len(HEAD), len(HEAD) + 30, len(REQUEST) - 1):
        with connected(server) as client:
            for _ in range(before):
                client.send(REQUEST)
                client.read()
            client.send(REQUEST[:place])
            time.sleep(0.1)  # so that they are not received as one
            client.send(REQUEST[place:])

            client.read()


@pytest.mark.parametrize("before", [0, 1])
def test_requests_sent_before_any_answer_is_read_are_all_answered(
    server: Server, before: int
) -> None:
    with connected(server) as client:
        for _ in range(before):
            client.send(REQUEST)
            client.read()
        client.send(REQUEST * 50)

        for _ in range(50):
            client.read()


def test_clients_that_stay_silent_keep_no_other_waiting(server: Server) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(connected(server)) for _ in range(100)]
        with connected(server) as client:
            client.send(REQUEST)
            client.read()
        version = requests.get(server.url("/version"), timeout=30)  # asks a thread

        for late in silent:
            late.send(REQUEST)
            late.read()
    assert version.ok


def refuses(server: Server) -> bool:
    """Whether its worker, which hears of the end last, takes no connection more."""
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
    except OSError as error:  # or a reset, while it was closing
        return isinstance(error, ConnectionRefusedError)
    return False


@pytest.mark.parametrize("before", [0, 1])
def test_the_last_answer_before_a_worker_ends_says_so(
    models_dir: Path, tmp_path: Path, before: int
) -> None:
    environ = {"WORKERS": "1", "THREADS": "2"}
    with (
        running(models_dir, tmp_path / "log", **environ) as server,
        connected(server) as client,
    ):
        for _ in range(before):
            client.send(REQUEST)
            client.read()
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "Handling signal: term" in server.log.read_text(), "heard")
        wait_until(lambda: refuses(server), "the worker has heard of it, too")
        client.send(REQUEST)
        headers = client.read()

    assert headers["Connection"] == "close"
