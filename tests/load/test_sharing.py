"""Clients that keep their connections are shared by the workers, whoever is awake."""

import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from tests.load.server import ROOT, Server, running, wait_until

pytestmark = pytest.mark.slow

SEVEN = (ROOT / "tests/data/digits/7_0.png").read_bytes()
HEAD = b"POST /v1/classify HTTP/1.1\r\nHost: test\r\nContent-Type: image/png\r\n"
REQUEST = HEAD + b"Content-Length: %d\r\n\r\n" % len(SEVEN) + SEVEN
ESTABLISHED = "01"


@pytest.fixture
def server(models_dir: Path, tmp_path: Path) -> Iterator[Server]:
    with running(models_dir, tmp_path / "log", WORKERS="2", THREADS="2") as server:
        wait_until(lambda: both_accept(server), "both workers accept")
        wait_until(lambda: not held(server), "the clients that looked are gone")
        yield server


@contextmanager
def connected(server: Server, clients: int) -> Iterator[list[socket.socket]]:
    """So many clients at once, each of which has sent a request."""
    with ExitStack() as stack:
        opened = []
        for _ in range(clients):
            client = socket.create_connection(("127.0.0.1", server.port), timeout=60)
            opened.append(stack.enter_context(client))
            client.sendall(REQUEST)
        yield opened


def both_accept(server: Server) -> bool:
    with connected(server, 2) as clients:
        return all_answered(clients) and len(held(server)) == 2


def all_answered(clients: list[socket.socket]) -> bool:
    return all(client.recv(65536).startswith(b"HTTP/1.1 200 ") for client in clients)


def held(server: Server) -> "Counter[int]":
    """How many of the connections that are open now each worker holds."""
    found: Counter[int] = Counter()
    connections = _connections(server.port)
    for pid in server.worker_pids():
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed in the meantime
                found[pid] += str(file.readlink()) in connections
    return +found


def _connections(port: int) -> set[str]:
    """The server's ends of those to that port, as a process's files name them."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    here = f":{port:04X}"
    return {
        f"socket:[{row[9]}]"
        for row in rows
        if row[1].endswith(here) and row[3] == ESTABLISHED
    }


def test_clients_that_come_one_by_one_are_shared_evenly(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(100):
            assert all_answered(stack.enter_context(connected(server, 1)))
        shares = sorted(held(server).values())

    assert sum(shares) == 100
    assert shares[1] - shares[0] <= 4  # where a worker was late, and made up for it


def test_clients_that_come_at_once_are_shared(server: Server) -> None:
    with connected(server, 64) as clients:
        answered = all_answered(clients)
        shares = sorted(held(server).values())

    assert answered
    assert sum(shares) == 64
    assert shares[0] >= 24  # none may be late for longer than the others wait


def test_clients_that_come_later_go_where_there_are_fewer(server: Server) -> None:
    with connected(server, 16) as first:
        assert all_answered(first)
        emptied = min(server.worker_pids())
        os.kill(emptied, signal.SIGKILL)
        wait_until(lambda: len(server.worker_pids() - {emptied}) == 2, "there are two")
        wait_until(lambda: both_accept(server), "the new one accepts")
        wait_until(lambda: len(held(server)) == 1, "the clients that looked are gone")
        left = sum(held(server).values())

        with connected(server, left) as later:
            answered = all_answered(later)
            shares = sorted(held(server).values())

    assert answered
    assert sum(shares) == 2 * left
    assert shares[0] >= left - 4


def test_nobody_waits_for_a_worker_that_hangs(server: Server) -> None:
    with connected(server, 8) as first:
        assert all_answered(first)
        hung = min(server.worker_pids())
        os.kill(hung, signal.SIGSTOP)
        try:
            with connected(server, 20) as later:
                answered = all_answered(later)
                alone = [_classify(server) for _ in range(5)]
        finally:
            os.kill(hung, signal.SIGCONT)

    assert answered
    assert alone == [7] * 5


def _classify(server: Server) -> int:
    answer = requests.post(
        server.url("/v1/classify"),
        SEVEN,
        headers={"Content-Type": "image/png"},
        timeout=60,
    )
    digit: int = answer.json()["predictions"][0]["digit"]
    return digit
