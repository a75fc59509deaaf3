"""The bytes of a request's body, whole and not compressed.

What they hold is left to each dialect.
"""

import time
import zlib
from io import BytesIO

from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.counting.marks import current
from service.errors import BadRequest, TooLarge, TooSlow, UnsupportedMedia

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""By content encoding, the window with which zlib reads it and nothing else."""


def is_compressed(request: Request) -> bool:
    """Whether the body has a content encoding; UnsupportedMedia for one unknown."""
    encoding = _encoding(request)
    if encoding not in (*_WINDOWS, "identity"):
        raise UnsupportedMedia(
            f"the content encoding is {encoding!r}, expected gzip, deflate or none"
        )
    return encoding != "identity"


def read_bytes(request: Request) -> bytes:
    """The whole body, in memory: its size was limited before the first byte.

    A compressed one is decompressed, and the limit counts what comes out of it.

    Raises UnsupportedMedia for an encoding that is not known, TooSlow for a body
    that stops before its end, TooLarge for one over the limit, and BadRequest for
    an empty or malformed one.
    """
    body = read_optional(request)
    if not body:
        raise BadRequest("the body is empty")
    return body


def read_optional(request: Request) -> bytes:
    """As `read_bytes`, but a body that is empty, or did not come, is none: b""."""
    compressed = is_compressed(request)
    body = _received(request)
    current().received = time.perf_counter_ns()
    if compressed and body:
        body = _decompressed(body, _encoding(request), request.max_content_length or 0)
    return body


def _encoding(request: Request) -> str:
    return request.headers.get("Content-Encoding", "identity").strip().lower()


def _received(request: Request) -> bytes:
    try:
        body = _read(request)
    except RequestEntityTooLarge:
        raise
    except (OSError, ClientDisconnected) as error:
        raise TooSlow("the body stopped before its end") from error
    except Exception as error:  # a WSGI server tells of bad chunks in its own classes
        raise BadRequest(f"the body's chunks are malformed: {error}") from error
    announced = request.content_length
    if announced is not None and len(body) < announced:
        raise TooSlow(
            f"the body stopped after {len(body)} of the {announced} bytes that "
            "Content-Length announced"
        )
    if announced is None and len(body) == request.max_content_length:
        # Of a body in chunks, werkzeug drops in silence what is over the limit.
        raise RequestEntityTooLarge
    return body


def _read(request: Request) -> bytes:
    """In one piece where its length was announced: werkzeug's are of 64 KiB."""
    length, limit = request.content_length, request.max_content_length or 0
    if length is None:
        return request.get_data(parse_form_data=False)
    if length > limit:
        raise RequestEntityTooLarge
    body: bytes = request.environ["wsgi.input"].read(length)
    request.environ["wsgi.input"] = BytesIO(body)  # for whoever parses it as a form
    return body


def _decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    unpacking = zlib.decompressobj(_WINDOWS[encoding])
    try:
        plain = unpacking.decompress(body, limit + 1)
    except zlib.error as error:
        raise BadRequest(f"the body is no {encoding} data: {error}") from error
    if len(plain) > limit:
        raise TooLarge(f"the body, decompressed, is over the limit of {limit} bytes")
    if not unpacking.eof:
        raise BadRequest(f"the body's {encoding} data stop before their end")
    if unpacking.unused_data:
        raise BadRequest(
            f"{len(unpacking.unused_data)} bytes come after the body's {encoding} data"
        )
    return plain
