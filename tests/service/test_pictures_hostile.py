"""Whatever bytes come as a picture, the answer is a digit or a sentence."""

import struct
import time
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from service.errors import RequestError, TooLarge, UnreadablePicture
from service.normaliser import normalise
from service.pictures import read_picture
from tests.service.encodings import LOSSLESS, Pixels, decoded, encode, grey, jpeg

MOST = 50_000_000
SLOPE = np.pad((np.arange(26 * 26) % 256).astype(np.uint8).reshape(26, 26), 1)
ENCODERS: dict[str, Callable[[Pixels], bytes]] = {
    **LOSSLESS,
    "JPEG": jpeg,
    "lossy WebP": lambda pixels: encode(grey(pixels), "WebP"),
    "TIFF of a JPEG": lambda pixels: encode(grey(pixels), "TIFF", compression="jpeg"),
    "animated GIF": lambda pixels: encode(
        grey(pixels), "GIF", save_all=True, append_images=[grey(255 - pixels)]
    ),
}
FILES = {name: encoder(SLOPE) for name, encoder in ENCODERS.items()}


def _digit_or_sentence(encoded: bytes) -> None:
    try:
        digit = normalise(read_picture(encoded, MOST)).digit
    except RequestError:
        return
    assert digit.shape == (784,)
    assert digit.dtype == np.uint8


@given(encoded=st.binary(max_size=2000))
def test_any_bytes(encoded: bytes) -> None:
    _digit_or_sentence(encoded)


@pytest.mark.parametrize(
    "magic",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xd8\xff\xe1",
        b"GIF89a",
        b"BM",
        b"RIFF\x40\0\0\0WEBPVP8 ",
        b"II*\0\x08\0\0\0",
        b"P5 28 28 255 ",
        b"P2 28 28 ",
    ],
)
@given(rest=st.binary(max_size=1000))
def test_any_bytes_after_the_first_of_each_format(magic: bytes, rest: bytes) -> None:
    _digit_or_sentence(magic + rest)


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_any_file_with_some_bytes_changed(name: str, data: st.DataObject) -> None:
    changed = bytearray(FILES[name])
    places = st.integers(0, len(changed) - 1)

    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        changed[place] = data.draw(st.integers(0, 255))

    _digit_or_sentence(bytes(changed))


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_any_file_that_stops_early(name: str, data: st.DataObject) -> None:
    whole = FILES[name]

    _digit_or_sentence(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize("name", FILES)
def test_half_a_file_is_refused(name: str) -> None:
    half = FILES[name][: len(FILES[name]) // 2]

    with pytest.raises(UnreadablePicture):
        read_picture(half, MOST)


def _png(width: int, height: int) -> bytes:
    """A black PNG of one bit a pixel, with data enough for 28 x 28 alone."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(28 * 5)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def test_a_bomb_is_refused_by_what_it_claims() -> None:
    bomb = _png(50_000, 50_000)
    started = time.thread_time()

    with pytest.raises(TooLarge) as refusal:
        read_picture(bomb, MOST)

    assert time.thread_time() - started < 0.1
    assert str(refusal.value).startswith("the picture has 50000 x 50000 pixels")


def test_the_bomb_maker_makes_readable_pictures() -> None:
    assert not decoded(_png(28, 28)).any()


@pytest.mark.parametrize("format_", ["ICO", "PCX", "TGA", "PDF", "JPEG2000"])
def test_other_formats_are_refused_by_naming_those_that_are_read(format_: str) -> None:
    file = encode(Image.new("L", (28, 28)), format_)

    with pytest.raises(UnreadablePicture) as refusal:
        read_picture(file, MOST)

    assert str(refusal.value) == (
        f"{len(file)} bytes that are no readable picture, "
        "expected PNG, JPEG, GIF, BMP, WebP, TIFF or PGM"
    )
