"""One HTTP/1.1 request out of the bytes that came, and the bytes of its answer.

For what is read and written without gunicorn's own parser, which is in Python. Takes
what plain clients send; of everything else, right or wrong, nothing is said here: it
is left to gunicorn. What is asked, and whether it is answered, is not known here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

MOST_HEADERS = 32
LONGEST_HEAD = 4094
"""In bytes: gunicorn takes no longer first line, and headers of twice that."""

_FIRST_LINE = re.compile(rb"(GET|POST) (/[!-\"$-~]*) HTTP/1\.1\r\n")
_END = b"\r\n\r\n"

_LEFT_TO_GUNICORN = frozenset((b"transfer-encoding", b"expect", b"upgrade"))
"""Headers by which the body comes in another way than as so many bytes."""

_KEPT, _ENDED = b"keep-alive", b"close"


@dataclass(frozen=True, slots=True)
class Head:
    """A request's first line and its headers.

    `size` is their length in bytes, with the empty line that ends them. `target` is
    the path and the query as they came. Names of `headers` are in lower case, none of
    them twice or with an underscore.
    """

    method: str
    target: str
    headers: dict[bytes, bytes]
    size: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A request that came whole, alone on its connection for now.

    `kept` is whether the connection is to be kept for another request.
    """

    target: str
    headers: dict[bytes, bytes]
    body: bytes
    kept: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, and whether its connection is kept, as they say."""

    sent: bytes
    kept: bool


def read_head(received: bytes) -> Head | None:
    """The head that `received` begins with.

    None where it is not there whole, or not plain: then gunicorn reads it.
    """
    size = received.find(_END) + len(_END)
    first = _FIRST_LINE.match(received)
    if first is None or not len(_END) <= size <= LONGEST_HEAD:
        return None
    found = _Found()
    try:
        HttpRequestParser(found).feed_data(received[:size])
    except (HttpParserError, HttpParserUpgrade):
        return None
    if not found.complete:
        return None
    return Head(first[1].decode(), first[2].decode(), found.headers, size)


def read_whole(received: bytes) -> Whole | None:
    """The one request that `received` holds; None where it is not as plain as that."""
    head = read_head(received)
    if head is None:
        return None
    headers, body = head.headers, received[head.size :]
    if b"host" not in headers or b"content-encoding" in headers:
        return None
    if headers.get(b"content-length", b"0") != b"%d" % len(body):
        return None
    asked = headers.get(b"connection", _KEPT).lower()
    if asked not in (_KEPT, _ENDED):
        return None
    return Whole(head.target, headers, body, kept=asked == _KEPT)


def write_answer(
    status: HTTPStatus, headers: Iterable[tuple[str, str]], body: bytes, kept: bool
) -> Answer:
    """Status line, headers and body, as gunicorn has them."""
    connection = _KEPT if kept else _ENDED
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nServer: gunicorn\r\n"
        f"Date: {_date(int(time()))}\r\nConnection: {connection.decode()}\r\n{lines}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return Answer(head.encode("latin-1") + body, kept)


class _Found:
    """What the parser calls with what it finds."""

    __slots__ = ("complete", "headers")

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        headers = self.headers
        if (
            name in headers
            or name in _LEFT_TO_GUNICORN
            or b"_" in name
            or len(headers) == MOST_HEADERS
        ):
            raise _Unusual
        headers[name] = value.rstrip(b" \t")  # as gunicorn has it

    def on_headers_complete(self) -> None:
        self.complete = True


class _Unusual(Exception):
    """Ends the parsing of a request that is left to gunicorn."""


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """As HTTP writes it: made once a second."""
    return formatdate(second, usegmt=True)
