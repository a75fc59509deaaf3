"""One whole HTTP/1.1 request out of the bytes that came, and the bytes of its answer.

For what is answered without gunicorn's own reading and writing. Takes what plain
clients send; of everything else, right or wrong, nothing is said here: it is left
to gunicorn. What is asked, and whether it is answered, is in `service.api.express`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

MOST_HEADERS = 32
LONGEST_HEADER = 2048

_LEFT_TO_GUNICORN = frozenset(
    (b"transfer-encoding", b"content-encoding", b"expect", b"upgrade")
)
"""Headers by which the body comes in another way than as so many bytes."""

_KEPT, _ENDED = b"keep-alive", b"close"


@dataclass(frozen=True, slots=True)
class Whole:
    """A request that came whole, alone on its connection for now.

    Names of `headers` are in lower case, and none stands twice. `kept` is whether the
    connection is to be kept for another request.
    """

    headers: dict[bytes, bytes]
    body: bytes
    kept: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, and whether its connection is kept, as they say."""

    sent: bytes
    kept: bool


def read_whole(received: bytes) -> Whole | None:
    """The one request that `received` holds; None where it is not as plain as that."""
    found = _Found()
    parser = HttpRequestParser(found)
    try:
        parser.feed_data(received)
    except (HttpParserError, HttpParserUpgrade):
        return None
    alone = found.requests == 1 and found.complete
    if not alone or parser.get_http_version() != "1.1":
        return None
    if received.partition(b"\r\n\r\n")[2] != found.body:
        return None  # empty lines behind it, which the parser passes over
    asked = found.headers.get(b"connection", _KEPT).lower()
    if asked not in (_KEPT, _ENDED) or b"host" not in found.headers:
        return None
    return Whole(found.headers, found.body, kept=asked == _KEPT)


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

    __slots__ = ("body", "complete", "headers", "requests")

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.body = b""
        self.requests = 0
        self.complete = False

    def on_message_begin(self) -> None:
        self.requests += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        headers = self.headers
        if (
            name in headers
            or name in _LEFT_TO_GUNICORN
            or b"_" in name
            or len(headers) == MOST_HEADERS
            or len(value) > LONGEST_HEADER
        ):
            raise _Unusual
        headers[name] = value.rstrip(b" \t")  # as gunicorn has it

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


class _Unusual(Exception):
    """Ends the parsing of a request that is left to gunicorn."""


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """As HTTP writes it: made once a second."""
    return formatdate(second, usegmt=True)
