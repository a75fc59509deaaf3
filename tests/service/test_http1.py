"""A plain request is read from its bytes, whole; every other is left to gunicorn."""

from http import HTTPStatus
from http.client import HTTPResponse
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.workers.http1 import LONGEST_HEAD, MOST_HEADERS, read_whole, write_answer

PLAIN = b"POST /x HTTP/1.1\r\nHost: here\r\nX-One: 1\r\nContent-Length: 3\r\n\r\nabc"

UNUSUAL = {
    "nothing": b"",
    "half a head": PLAIN[:30],
    "half a body": PLAIN[:-1],
    "a second request behind it": PLAIN + PLAIN,
    "a second request that has begun": PLAIN + PLAIN[:20],
    "bytes behind it": PLAIN + b"\0",
    "an empty line behind it": PLAIN + b"\r\n",
    "a line feed behind it": PLAIN + b"\n",
    "a name with an underscore": PLAIN.replace(b"X-One", b"SCRIPT_NAME"),
    "no host": PLAIN.replace(b"Host", b"Ghost"),
    "two hosts": PLAIN.replace(b"X-One", b"Host"),
    "a header twice": PLAIN.replace(b"X-One: 1", b"A: 1\r\na: 2"),
    "two lengths": PLAIN.replace(b"X-One: 1", b"Content-Length: 3"),
    "a length that is no number": PLAIN.replace(b": 3", b": 3x"),
    "a header folded over two lines": PLAIN.replace(b"X-One: 1", b"X-One: 1\r\n 2"),
    "a space before the colon": PLAIN.replace(b"X-One:", b"X-One :"),
    "a NUL": PLAIN.replace(b"X-One: 1", b"X-One: \0"),
    "lines that end otherwise": PLAIN.replace(b"\r\n", b"\n"),
    "a connection of another kind": PLAIN.replace(b"X-One: 1", b"Connection: x-one"),
    "one that is kept and not": PLAIN.replace(
        b"X-One: 1", b"Connection: keep-alive, close"
    ),
    "the last, and one behind it": PLAIN.replace(b"X-One: 1", b"Connection: close")
    + PLAIN,
    "an older HTTP": PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a compressed body": PLAIN.replace(b"X-One: 1", b"Content-Encoding: gzip"),
    "one that waits to be asked": PLAIN.replace(b"X-One: 1", b"Expect: 100-continue"),
    "an upgrade": PLAIN.replace(b"X-One: 1", b"Connection: Upgrade\r\nUpgrade: h2c"),
    "chunks": PLAIN.replace(b"Content-Length: 3", b"Transfer-Encoding: chunked")[:-3]
    + b"3\r\nabc\r\n0\r\n\r\n",
    "a long header": PLAIN.replace(b"X-One: 1", b"X: " + b"y" * (LONGEST_HEAD)),
    "many headers": PLAIN.replace(
        b"X-One: 1", b"\r\n".join(b"X-%d: 1" % n for n in range(MOST_HEADERS))
    ),
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


def test_a_plain_request_gives_its_headers_and_its_body() -> None:
    found = read_whole(PLAIN)

    assert found is not None
    assert found.headers == {b"host": b"here", b"x-one": b"1", b"content-length": b"3"}
    assert found.body == b"abc"


@pytest.mark.parametrize("kind", UNUSUAL)
def test_an_unusual_one_is_left_to_gunicorn(kind: str) -> None:
    assert read_whole(UNUSUAL[kind]) is None


@given(st.binary(max_size=2000))
def test_a_body_may_hold_any_bytes(body: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)

    found = read_whole(head + body)

    assert found is not None
    assert found.body == body


@given(st.integers(0, len(PLAIN) - 1), st.integers(0, 255))
def test_no_byte_that_is_changed_does_harm(place: int, byte: int) -> None:
    changed = bytearray(PLAIN)
    changed[place] = byte

    found = read_whole(bytes(changed))

    assert found is None or len(found.body) == 3


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("X-One: 1", True),
        ("Connection: Keep-Alive", True),
        ("Connection: Close", False),
    ],
)
def test_it_says_whether_the_connection_is_kept(asked: str, kept: bool) -> None:
    found = read_whole(PLAIN.replace(b"X-One: 1", asked.encode()))

    assert found is not None
    assert found.kept == kept


def test_spaces_around_a_value_are_not_part_of_it() -> None:
    found = read_whole(PLAIN.replace(b"X-One: 1", b"X-One:  1 \t "))

    assert found is not None
    assert found.headers[b"x-one"] == b"1"


@given(st.binary(max_size=300))
def test_nor_do_any_bytes_at_all(received: bytes) -> None:
    assert read_whole(received) is None


@pytest.mark.parametrize(("kept", "said"), [(True, "keep-alive"), (False, "close")])
def test_an_answer_is_read_by_those_who_read_http(kept: bool, said: str) -> None:
    headers = [("Content-Type", "text/plain"), ("X-One", "1")]

    answer = write_answer(HTTPStatus.UNPROCESSABLE_ENTITY, headers, b"why", kept)

    assert answer.kept == kept
    read = HTTPResponse(_Socket(answer.sent))  # type: ignore[arg-type]
    read.begin()
    assert (read.status, read.reason) == (422, HTTPStatus(422).phrase)
    assert read.getheader("Content-Type") == "text/plain"
    assert read.getheader("Connection") == said
    assert str(read.getheader("Date")).endswith(" GMT")
    assert read.read() == b"why"


class _Socket:
    """All that the standard library's client asks of one."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, *_: object) -> BytesIO:
        return BytesIO(self._received)
