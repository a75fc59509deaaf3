"""Whether Flask answers a request in a moment, so that it needs no thread of its own.

A few digits as numbers, or one as a small PNG, in any dialect that classifies. What
keeps all others waiting is looked for, and nothing else: what is right and what is
wrong is left to whoever answers.
"""

import re
from base64 import b64decode
from binascii import Error

from service.api.small_png import is_small_png
from service.http1 import Whole

MOST_BYTES = 8 * 1024
"""Of a body: ten digits of a byte a pixel, two of four, one or two in JSON."""
PICTURE_LENGTH = 64
"""A text as long as this may be a picture in base64; no shorter one is."""

_NUMBERS = (b"application/octet-stream", b"application/x-npy")
_PATH = re.compile(
    r"/v1/classify|/v1/models/.+:(?:predict|classify)|/v2/models/.+/infer"
)
_JSON_LENGTH = b"inference-header-content-length"
_DATA_URL = re.compile(rb"data:image/png;base64,")


def is_short_work(request: Whole) -> bool:
    """Whether what it sends is read, classified and answered within milliseconds."""
    path, _, _ = request.target.partition("?")
    if len(request.body) > MOST_BYTES or _PATH.fullmatch(path) is None:
        return False
    kind = request.headers.get(b"content-type", b"")
    if path == "/v1/classify" and kind != b"application/json":
        return kind in _NUMBERS
    length = request.headers.get(_JSON_LENGTH, b"")
    if not length.isdigit():
        return _is_short_json(request.body)
    text, data = request.body[: int(length)], request.body[int(length) :]
    return _is_short_json(text) and (b"BYTES" not in text or _is_one_small(data))


def _is_short_json(text: bytes) -> bool:
    """Whether JSON holds one picture at most, and a small one."""
    if b"\\" in text:
        return False  # what stands there may mean anything
    strings = text.split(b'"')[1::2]
    pictures = [each for each in strings if len(each) >= PICTURE_LENGTH]
    return not pictures or (len(pictures) == 1 and _is_small_base64(pictures[0]))


def _is_small_base64(text: bytes) -> bool:
    url = _DATA_URL.match(text)
    try:
        return is_small_png(
            b64decode(text[url.end() :] if url else text, validate=True)
        )
    except Error:
        return False


def _is_one_small(data: bytes) -> bool:
    """Whether BYTES, each behind its length, hold one picture, and a small one."""
    length, picture = data[:4], data[4:]
    return int.from_bytes(length, "little") == len(picture) and is_small_png(picture)
