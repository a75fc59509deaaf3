"""A long body comes whole, in one piece of memory, and nothing behind it is lost."""

import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from threading import Thread, Timer
from typing import Any

import numpy as np
import pytest
from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.unreader import SocketUnreader

from service.workers.long_body import LONG, LongBody, in_one_piece

LENGTH = 8 * LONG
SENT = np.random.default_rng(1).bytes(LENGTH)

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Both ends of a connection: the client's, and the server's."""
    client, server = socket.socketpair()
    with closing(client), closing(server):
        yield client, server


def _body(server: socket.socket, held: bytes = b"", length: int = LENGTH) -> Body:
    """gunicorn's, of which `held` came with the head."""
    unreader = SocketUnreader(server)
    unreader.unread(held)
    return Body(LengthReader(unreader, length))


def _send(client: socket.socket, sent: bytes) -> Thread:
    thread = Thread(target=client.sendall, args=(sent,))
    thread.start()
    return thread


@pytest.mark.parametrize("held", [0, 1, LONG, LENGTH])
def test_it_comes_whole_however_much_of_it_came_with_the_head(
    pair: Pair, held: int
) -> None:
    client, server = pair
    body = in_one_piece(_body(server, SENT[:held]))
    sending = _send(client, SENT[held:])

    read = body.read(LENGTH)

    sending.join()
    assert isinstance(body, LongBody)
    assert type(read) is bytes
    assert read == SENT
    assert body.reader.length == 0
    assert body.read(LENGTH) == b""


def test_more_may_be_asked_for_than_was_announced(pair: Pair) -> None:
    client, server = pair
    body = in_one_piece(_body(server))
    sending = _send(client, SENT)

    read = body.read(2 * LENGTH)

    sending.join()
    assert read == SENT


def test_what_came_behind_it_is_left_for_the_next_request(pair: Pair) -> None:
    _, server = pair
    body = in_one_piece(_body(server, SENT + b"POST /next"))

    read = body.read(LENGTH)

    assert read == SENT
    assert body.reader.unreader.take_buffered() == b"POST /next"


def test_what_is_sent_behind_it_is_not_read(pair: Pair) -> None:
    client, server = pair
    body = in_one_piece(_body(server))
    sending = _send(client, SENT + b"POST /next")

    body.read(LENGTH)

    sending.join()
    assert server.recv(100) == b"POST /next"


def test_of_one_that_stops_before_its_end_there_is_what_came(pair: Pair) -> None:
    client, server = pair
    body = in_one_piece(_body(server, SENT[:10]))
    client.sendall(SENT[10:1000])
    client.close()

    read = body.read(LENGTH)

    assert read == SENT[:1000]
    assert body.reader.length == LENGTH - 1000  # so that the answer says close


def test_who_waits_for_it_is_freed_where_the_worker_shuts_the_socket(
    pair: Pair,
) -> None:
    client, server = pair
    body = in_one_piece(_body(server))
    client.sendall(SENT[:1000])
    limit = Timer(0.1, server.shutdown, (socket.SHUT_RD,))
    limit.start()

    read = body.read(LENGTH)

    limit.join()
    assert read == SENT[:1000]


def test_a_connection_on_which_reading_fails_is_not_used_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    theirs = _body(server)
    body = in_one_piece(theirs)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()  # reset: nothing is waited for

    with closing(server), pytest.raises(ConnectionResetError):
        body.read(LENGTH)

    assert theirs.failed


def test_it_is_held_once(pair: Pair) -> None:
    client, server = pair
    body = in_one_piece(_body(server, SENT[:100]))
    sending = _send(client, SENT[100:])
    tracemalloc.start()

    read = body.read(LENGTH)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sending.join()
    assert len(read) == LENGTH
    assert peak < 1.1 * LENGTH


def test_piece_by_piece_it_reads_as_gunicorns_own(pair: Pair) -> None:
    client, server = pair
    body = in_one_piece(_body(server, SENT[:100]))
    sending = _send(client, SENT[100:])

    pieces = [body.read(50), body.readline(LENGTH), body.read(LENGTH), body.read()]

    sending.join()
    assert b"".join(pieces) == SENT
    assert len(pieces[0]) == 50
    assert pieces[1].endswith(b"\n")


def test_a_short_one_is_gunicorns_own(pair: Pair) -> None:
    body = _body(pair[1], length=LONG - 1)

    assert in_one_piece(body) is body


def test_one_in_chunks_is_gunicorns_own(pair: Pair) -> None:
    body = Body(ChunkedReader(None, SocketUnreader(pair[1])))

    assert in_one_piece(body) is body


def test_an_encrypted_one_is_gunicorns_own(pair: Pair) -> None:
    class Encrypted(socket.socket):
        """As ssl has them: they take no flags."""

    with Encrypted(fileno=pair[1].detach()) as sock:
        body: Any = _body(sock)

        assert in_one_piece(body) is body
