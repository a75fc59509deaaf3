"""Whether Flask answers a request in a moment, so that it needs no thread of its own.

A few digits as numbers, or one as a small PNG, in any dialect that classifies. What
could keep all others waiting is looked for, and nothing else: what is right and what
is wrong is left to whoever answers.
"""

import re

from service.api.plain_json import from_base64
from service.api.small_png import is_small_png
from service.workers.http1 import Whole

MOST_BYTES = 8 * 1024
"""Of a body: ten digits of a byte a pixel, two of four, one or two in JSON."""
PICTURE_LENGTH = 16
"""A text as long as this may be a picture in base64. What is shorter, 11 bytes at most,
holds no header that claims many pixels: 28 bytes of GIF may claim 25 million."""
MOST_TEXTS = 16
"""In JSON, of any length: to find that one is no picture takes 0.1 ms."""

_NUMBERS = (b"application/octet-stream", b"application/x-npy")
_PATH = re.compile(
    r"/v1/classify|/v1/models/.+:(?:predict|classify)|/v2/models/.+/infer"
)
_JSON_LENGTH = b"inference-header-content-length"
_ID = re.compile(rb'"id"[ \t\r\n]*:[ \t\r\n]*"[^"]*"')
"""What a request is called, mostly a UUID: no dialect looks for a picture there."""
_TEXT = re.compile(rb'"([^"]*)"([ \t\r\n]*:)?')
"""A text, and the colon behind one that is a key."""


def is_short_work(request: Whole) -> bool:
    """Whether what it sends is read, classified and answered within milliseconds."""
    path, _, _ = request.target.partition("?")
    if len(request.body) > MOST_BYTES or _PATH.fullmatch(path) is None:
        return False
    kind = request.headers.get(b"content-type", b"")
    if path == "/v1/classify" and kind != b"application/json":
        return kind in _NUMBERS
    length = request.headers.get(_JSON_LENGTH, b"")
    if not (path.startswith("/v2/") and length.isdigit()):  # others know no such header
        return _is_short_json(request.body)
    text, data = request.body[: int(length)], request.body[int(length) :]
    return _is_short_json(text) and (b"BYTES" not in text or _is_one_small(data))


def _is_short_json(text: bytes) -> bool:
    """Whether JSON holds one picture at most, and a small one."""
    if b"\\" in text or b'"images"' in text:
        return False  # what stands there may mean anything, or a thousand pictures
    texts = [value for value, key in _TEXT.findall(_ID.sub(b"", text)) if not key]
    if len(texts) > MOST_TEXTS:
        return False
    pictures = [each for each in texts if len(each) >= PICTURE_LENGTH]
    return not pictures or (len(pictures) == 1 and _is_small_base64(pictures[0]))


def _is_small_base64(text: bytes) -> bool:
    picture = from_base64(text)
    return picture is not None and is_small_png(picture)


def _is_one_small(data: bytes) -> bool:
    """Whether BYTES, each behind its length, hold one picture, and a small one."""
    length, picture = data[:4], data[4:]
    return int.from_bytes(length, "little") == len(picture) and is_small_png(picture)
