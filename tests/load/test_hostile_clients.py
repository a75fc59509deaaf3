"""Clients that stall, lie or never end hold no thread for longer than allowed."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.load.server import ROOT, Server, running

pytestmark = pytest.mark.slow

HEAD = b"POST /v1/classify HTTP/1.1\r\nHost: test\r\nContent-Type: image/png\r\n"
LONG = HEAD + b"Content-Length: 800000\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MANY = 25_000  # pictures, whose answer no socket's buffer can hold
SEVEN = (ROOT / "tests/data/digits/7_0.png").read_bytes()


@pytest.fixture(scope="module")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("hostile") / "log"
    environ = {
        "WORKERS": "1",
        "THREADS": "2",
        "MNIST_RECEIVE_SECONDS": "1",
        "MNIST_MAX_BATCH": str(MANY),
    }
    with running(models_dir, log, **environ) as server:
        yield server


@pytest.mark.parametrize(
    ("sent", "status", "phrase"),
    [
        (HEAD + b"Content-Length: 100\r\n\r\nabc", 408, "after 3 of the 100 bytes"),
        (LONG + b"x" * 300_000, 408, "after 300000 of the 800000 bytes"),
        (CHUNKED + b"3\r\nabc\r\n", 408, "stopped before its end"),
        (CHUNKED + b"nonsense\r\n", 400, "chunks are malformed"),
        (HEAD + b"Content-Length: 2147483648\r\n\r\n", 413, "over the limit"),
        (HEAD + b"Content-Length: 2147483648\r\n\r\n" + b"x" * 99999, 413, "over"),
        (HEAD + b"Content-Length: -1\r\n\r\n", 400, "CONTENT-LENGTH"),
        (HEAD + b"\r\n", 400, "the body is empty"),
        (HEAD + b"X: " + b"x" * 99999 + b"\r\n\r\n", 431, "fields size"),
        (b"\x00\x01 not HTTP\r\n\r\n", 400, "Invalid Method"),
    ],
)
def test_a_hostile_request_gets_a_clear_answer(
    server: Server, sent: bytes, status: int, phrase: str
) -> None:
    with _connection(server) as connection:
        connection.sendall(sent)
        answer = _read_all(connection)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert phrase in answer.decode()


def test_a_chunked_body_without_end_is_cut_off_at_the_limit(server: Server) -> None:
    mebibyte = b"100000\r\n" + b"x" * 2**20 + b"\r\n"

    with _connection(server) as connection:
        connection.sendall(CHUNKED)
        with pytest.raises(ConnectionError):
            connection.sendall(mebibyte * 64)

    assert _is_answering(server)


@pytest.mark.parametrize("head", [HEAD + b"Content-Length: 1000\r\n\r\n", LONG])
def test_a_body_that_trickles_is_cut_off_in_time(server: Server, head: bytes) -> None:
    with _connection(server) as connection:
        connection.sendall(head)
        connection.settimeout(0.1)
        answer = _trickle(connection)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_stalled_clients_do_not_keep_others_from_being_answered(
    server: Server,
) -> None:
    with ExitStack() as stack:
        stalled = [stack.enter_context(_connection(server)) for _ in range(8)]
        for connection in stalled[:4]:
            connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")
        for connection in stalled[4:]:
            connection.sendall(b"POST /v1/cla")

        assert _is_answering(server)


def test_silence_is_cut_off_long_before_the_time_for_receiving_is_over(
    models_dir: Path, tmp_path: Path
) -> None:
    environ = {"WORKERS": "1", "THREADS": "2", "MNIST_RECEIVE_SECONDS": "3600"}

    with (
        running(models_dir, tmp_path / "log", **environ) as server,
        _connection(server) as silent,
    ):
        silent.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")
        answer = _read_all(silent)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nConnection: close\r\n" in answer


def test_a_client_that_reads_no_answer_holds_no_thread(server: Server) -> None:
    head = HEAD.replace(b"image/png", b"application/octet-stream")
    length = f"Content-Length: {MANY * 784}\r\n\r\n".encode()

    with ExitStack() as stack:
        for _ in range(3):
            deaf = stack.enter_context(_connection(server, receive_buffer=1024))
            deaf.sendall(head + length + bytes(MANY * 784))

        assert _is_answering(server)


def _connection(server: Server, receive_buffer: int | None = None) -> socket.socket:
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(60)
    connection.connect(("127.0.0.1", server.port))
    return connection


def _read_all(connection: socket.socket) -> bytes:
    """The answer, up to where the server closes or its body has come."""
    answer = b""
    while data := connection.recv(65536):
        answer += data
        if answer.endswith(b"}\n"):
            break
    return answer


def _trickle(connection: socket.socket) -> bytes:
    for _ in range(100):
        connection.sendall(b"x")
        try:
            return connection.recv(65536)
        except TimeoutError:
            continue
    return b"never cut off"


def _is_answering(server: Server) -> bool:
    answer = requests.post(
        server.url("/v1/classify"),
        SEVEN,
        headers={"Content-Type": "image/png"},
        timeout=60,
    )
    return answer.ok
