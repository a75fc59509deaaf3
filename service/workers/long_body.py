"""A long body, from the socket straight into the memory that it stays in.

gunicorn copies what it receives from one buffer to the next, five times over: of a
thousand pictures that took longer than to receive them. Bodies that are short, come
in chunks or are encrypted are left to it; how long one may be, to the application.
"""

import socket
from io import BytesIO
from typing import Any

from gunicorn.http.body import LengthReader
from gunicorn.http.unreader import SocketUnreader

LONG = 128 * 1024
"""From so many bytes on, which are announced, a body is long."""


def in_one_piece(body: Any) -> Any:
    """gunicorn's `body` itself, or what reads a long one faster."""
    reader = body.reader
    if type(reader) is not LengthReader or reader.length < LONG:
        return body
    unreader = reader.unreader
    if type(unreader) is SocketUnreader and type(unreader.sock) is socket.socket:
        return LongBody(body)
    return body


class LongBody:
    """Reads as gunicorn's `body` does, but all of it at once where that is asked for.

    It has the other's methods, and no loop over its lines.

    A body that stops before its end is what came of it: its reader then tells how
    much more was announced. One whose reading raised has `failed`, as gunicorn has it.
    """

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        """So many bytes, all where none is said, fewer where the body ends before."""
        body = self._body
        if body.buf.tell() or size is None or size < max(body.reader.length, LONG):
            rest: bytes = body.read(size)
            return rest
        try:
            return _received(body.reader)
        except OSError:
            body.failed = True
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)


def _received(reader: Any) -> bytes:
    """All that `reader` has still to read; less where the client hangs up."""
    held, length = reader.unreader.take_buffered(), reader.length
    reader.unreader.unread(held[length:])  # of the next request
    # Zeros, since the memory of BytesIO is then the answer's: not one byte is copied.
    whole = BytesIO(bytes(length))
    count = whole.write(held[:length])
    with whole.getbuffer() as memory:
        count += _fill(memory[count:], reader.unreader.sock)
    reader.length -= count
    whole.truncate(count)
    return whole.getvalue()


def _fill(memory: memoryview, sock: socket.socket) -> int:
    """How many bytes came, until the memory was full or the client hung up."""
    count = 0
    while count < len(memory):
        # Returns once, when all of it has come: each return waits for the interpreter.
        received = sock.recv_into(memory[count:], 0, socket.MSG_WAITALL)
        if not received:
            break
        count += received
    return count
