"""The one small PNG that a plain request sends, by itself, in a form or in JSON.

What is found here is quick to read, whatever it shows: whoever reads it keeps all
others waiting. Any other request is left to Flask.
"""

import struct

from service.api.plain_form import only_file
from service.api.plain_json import only_picture
from service.workers.http1 import Whole

LONGEST_SIDE = 32
"""Of a picture that is small: whatever is on it is read in a millisecond or two."""
MOST_CHUNKS = 16

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_CHUNK = struct.Struct(">I4s")  # its length and name; the data and four bytes follow
_QUICK = frozenset(
    (b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD")
) | {b"IDAT", b"IEND"}
"""Chunks with nothing in them to unpack, as text, profiles and EXIF have.

No other IHDR than the first: Pillow would read a picture as large as the last says.
"""
_FORM = b"multipart/form-data; boundary="
_JSON = (b"application/json", b"application/json; charset=utf-8")
_ANSWERED_IN_JSON = (None, b"*/*", b"application/json")


def small_png(request: Whole) -> bytes | None:
    """The picture that is to be answered in JSON; None where there is no such one."""
    if request.headers.get(b"accept") not in _ANSWERED_IN_JSON:
        return None
    kind = request.headers.get(b"content-type", b"")
    if kind == b"image/png":
        sent: bytes | None = request.body
    elif kind.startswith(_FORM):
        sent = only_file(request.body, kind[len(_FORM) :])
    elif kind in _JSON:
        sent = only_picture(request.body)
    else:
        return None
    return None if sent is None or not is_small_png(sent) else sent


def is_small_png(sent: bytes) -> bool:
    """Whether it begins as a PNG that is quick to read, or to be found damaged."""
    return _is_small(sent) and _is_quick(sent)


def _is_small(picture: bytes) -> bool:
    """Whether it is a PNG that claims no side longer than is answered here."""
    if not picture.startswith(_PNG):
        return False
    sides = picture[len(_PNG) : len(_PNG) + 8]
    width, height = int.from_bytes(sides[:4]), int.from_bytes(sides[4:])
    return 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE


def _is_quick(picture: bytes) -> bool:
    """Whether a PNG is of few chunks, all of them quick to read."""
    place = len(_PNG) + 17  # behind the first, which has 13 bytes and a checksum
    for _ in range(MOST_CHUNKS):
        if place + _CHUNK.size > len(picture):
            return True  # cut short, which is found at once
        length, name = _CHUNK.unpack_from(picture, place)
        if name not in _QUICK:
            return False
        if name == b"IEND":
            return True
        place += length + 12
    return False
