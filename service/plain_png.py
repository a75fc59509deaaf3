"""The plainest picture, small and grey, straight from its PNG to its pixels.

It is what is mostly sent, and Pillow takes longer to open it than to decode it. What
is wrong with a picture, and any other one, is left to `service.pictures`.
"""

import struct
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_FIELDS = struct.Struct(">II5sII4s")
"""After it: width, height, kind, checksum; of the next chunk the length and name."""
_GREY = bytes((8, 0, 0, 0, 0))  # 8 bits, grey, deflated, filtered, not interlaced
_END = b"\0\0\0\0IEND\xaeB`\x82"
_BEFORE = len(_START) + _FIELDS.size
_AROUND = _BEFORE + 4 + len(_END)  # with a checksum, which Pillow does not look at

_MOST_BYTES = 2**16  # Pillow reads on from there, and so may stop before the end


def read_plain(encoded: bytes, longest: int, most: int) -> NDArray[np.uint8] | None:
    """The pixels [height, width] of a PNG of grey bytes in one chunk, and no more.

    Those that Pillow gives. None for every other file, for one that is damaged, and
    for a side above `longest` or more than `most` pixels, before any is decoded.
    """
    if not (encoded.startswith(_START) and encoded.endswith(_END)):
        return None
    if not _AROUND < len(encoded) <= _MOST_BYTES:
        return None
    width, height, kind, checksum, length, name = _FIELDS.unpack_from(
        encoded, len(_START)
    )
    alone = (kind, name, length) == (_GREY, b"IDAT", len(encoded) - _AROUND)
    fits = 0 < width <= longest and 0 < height <= longest and width * height <= most
    if not (alone and fits and checksum == crc32(encoded[12:29])):
        return None
    try:
        deflated = encoded[_BEFORE : _BEFORE + length]
        image = Image.frombytes("L", (width, height), deflated, "zip", "L")
    except ValueError:
        return None
    return np.frombuffer(image.tobytes(), np.uint8).reshape(height, width)
