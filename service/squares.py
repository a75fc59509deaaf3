"""A PNG in which each pixel is shown as a large square.

An encoder for any picture looks at every line of it; here all lines of a square but the
first repeat the one above, and PNG has a filter that says so in zeros ("up", RFC 2083,
section 6.4). What the colours are is left to others.
"""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP = 2
_QUICKLY = 1  # the zeros take little room at any level


def write_squares(colours: NDArray[np.uint8], side: int) -> bytes:
    """A PNG of RGB `colours`, uint8 [height, width, 3], each `side` pixels square."""
    height, width, _ = colours.shape
    lines = np.zeros((height, side, 1 + 3 * side * width), np.uint8)
    lines[:, 0, 1:] = colours.repeat(side, axis=1).reshape(height, -1)
    lines[:, 1:, 0] = _UP
    size = struct.pack(">II", side * width, side * height)
    eight_bit_rgb = bytes([8, 2, 0, 0, 0])
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", size + eight_bit_rgb),
            _chunk(b"IDAT", zlib.compress(lines.data, _QUICKLY)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
