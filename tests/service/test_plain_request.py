"""Whoever reads a request's head, C or gunicorn, finds the same request in it."""

from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from hypothesis import given
from hypothesis import strategies as st

from service.workers.plain_request import PlainRequest

PLAIN = (
    b"POST /v1/classify?top=3 HTTP/1.1\r\nHost: here:80\r\nContent-Type: image/png\r\n"
    b"X-One: \xe4 b\t\r\nContent-Length: 3\r\n\r\nabc"
)
KINDS = {
    "a plain one": PLAIN,
    "one without a body": b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
    "the last of its connection": PLAIN.replace(
        b"X-One", b"Connection: close\r\nX-One"
    ),
    "a compressed one": PLAIN.replace(b"X-One", b"Content-Encoding: gzip\r\nX-One"),
    "a question mark alone": PLAIN.replace(b"top=3", b""),
    "two question marks": PLAIN.replace(b"top=3", b"a?b"),
    "a path with colons": PLAIN.replace(b"/v1/classify", b"/v1/models/a:predict"),
    "a path that is encoded": PLAIN.replace(b"/v1/classify", b"/v1/%63lassify;a"),
    "a path of brackets": PLAIN.replace(b"/v1/classify", b"/[a/"),
}
OTHERS = {
    "another method": PLAIN.replace(b"POST", b"DELETE"),
    "two slashes": PLAIN.replace(b"/v1", b"//v1"),
    "a fragment": PLAIN.replace(b"top=3", b"#3"),
    "a whole address": PLAIN.replace(b"/v1", b"http://here/v1"),
    "a byte that is no ASCII": PLAIN.replace(b"top", b"t\xf6p"),
    "an empty line before": b"\r\n" + PLAIN,
    "two spaces": PLAIN.replace(b" HTTP", b"  HTTP"),
    "an older HTTP": PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a header twice": PLAIN.replace(b"X-One", b"x-two: 1\r\nX-Two: 2\r\nX-One"),
    "a name with an underscore": PLAIN.replace(b"X-One", b"X_One"),
    "a length twice": PLAIN.replace(b"X-One", b"Content-Length: 3\r\nX-One"),
    "a length that is none": PLAIN.replace(b": 3", b": +3"),
    "chunks": PLAIN.replace(b"Content-Length: 3", b"Transfer-Encoding: chunked"),
    "a client that waits to be asked": PLAIN.replace(
        b"X-One", b"Expect: 100-continue\r\nX-One"
    ),
    "what a proxy says of https": PLAIN.replace(
        b"X-One", b"X-Forwarded-Proto: https\r\nX-One"
    ),
    "what two proxies say of it": PLAIN.replace(
        b"X-One", b"X-Forwarded-Ssl: off\r\nX-Forwarded-Proto: https\r\nX-One"
    ),
    "an upgrade": PLAIN.replace(
        b"X-One", b"Connection: Upgrade\r\nUpgrade: h2c\r\nX-One"
    ),
    "lines that end otherwise": PLAIN.replace(b"\r\n", b"\n"),
    "a long address": PLAIN.replace(b"top=3", b"a" * 5000),
    "a long name of a header": PLAIN.replace(b"X-One", b"X" * 9000),
    "half a head": PLAIN[:60],
    "nothing": b"",
}


def found(kind: type[Request], *pieces: bytes) -> Any:
    """All that is told of what came: of the request, or of why it is none."""
    unreader = IterUnreader(iter(pieces))
    try:
        request = kind(Config(), unreader, ("127.0.0.1", 40_000))
    except (ParseException, NoMoreData, StopIteration) as error:
        return type(error), str(error)
    told = {name: value for name, value in vars(request).items() if name in _TOLD}
    reader = request.body.reader
    behind = getattr(reader, "length", None), request.should_close()
    return told, type(reader), behind, unreader.read()


_TOLD = (
    *("method", "uri", "path", "query", "fragment", "version", "headers", "scheme"),
    *("trailers", "remote_addr", "proxy_protocol_info", "must_close"),
    *("_expected_100_continue", "req_number"),
)


def is_plain(received: bytes) -> bool:
    unreader = IterUnreader(iter([received]))
    return bool(PlainRequest(Config(), unreader, ("127.0.0.1", 40_000)).plain)


@pytest.mark.parametrize("kind", KINDS | OTHERS)
def test_it_is_the_request_that_gunicorn_finds(kind: str) -> None:
    received = (KINDS | OTHERS)[kind]

    assert found(PlainRequest, received) == found(Request, received)


@pytest.mark.parametrize("kind", KINDS)
def test_what_clients_send_is_read_in_c(kind: str) -> None:
    assert is_plain(KINDS[kind])


@pytest.mark.parametrize(
    "kind", ["chunks", "what a proxy says of https", "a client that waits to be asked"]
)
def test_what_gunicorn_has_rules_for_is_left_to_it(kind: str) -> None:
    assert not is_plain(OTHERS[kind])


@given(st.integers(0, len(PLAIN) - 1), st.integers(0, 255))
def test_so_it_is_whichever_byte_is_another(place: int, byte: int) -> None:
    changed = bytearray(PLAIN)
    changed[place] = byte
    received = bytes(changed)

    assert found(PlainRequest, received) == found(Request, received)


@given(st.integers(0, len(PLAIN)), st.binary(max_size=3))
def test_so_it_is_whichever_bytes_stand_between(place: int, more: bytes) -> None:
    received = PLAIN[:place] + more + PLAIN[place:]

    assert found(PlainRequest, received) == found(Request, received)


@given(st.integers(1, len(PLAIN) - 1))
def test_so_it_is_in_whichever_pieces_it_comes(place: int) -> None:
    pieces = PLAIN[:place], PLAIN[place:]

    assert found(PlainRequest, *pieces) == found(Request, *pieces)
