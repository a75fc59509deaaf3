"""The plainest PNG gives the pixels that Pillow gives; any other is left to Pillow."""

import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from service.plain_png import read_plain
from tests.fakes import Digit
from tests.service.encodings import encode, grey

LONGEST, MOST = 400, 1_000_000
SLOPE = (np.arange(784) % 256).astype(np.uint8).reshape(28, 28)
PLAIN = encode(grey(SLOPE), "PNG")


def _by_pillow(encoded: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(encoded), formats=["PNG"]) as image:
        assert image.mode == "L"
        return np.array(image)


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_the_pixels_come_back_whatever_they_are(pixels: NDArray[np.uint8]) -> None:
    found = read_plain(encode(Image.fromarray(pixels), "PNG"), LONGEST, MOST)

    assert found is not None
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, pixels)


def test_every_real_digit_is_plain(digits: list[Digit]) -> None:
    for digit in digits:
        found = read_plain(encode(grey(digit.pixels), "PNG"), LONGEST, MOST)

        assert found is not None
        np.testing.assert_array_equal(found.reshape(-1), digit.pixels)


@given(st.data())
def test_a_file_with_some_bytes_changed_is_read_as_pillow_does_or_left_to_it(
    data: st.DataObject,
) -> None:
    changed = bytearray(PLAIN)
    for place in data.draw(st.lists(st.integers(0, len(PLAIN) - 1), max_size=4)):
        changed[place] = data.draw(st.integers(0, 255))

    found = read_plain(bytes(changed), LONGEST, MOST)

    if found is not None:
        np.testing.assert_array_equal(found, _by_pillow(bytes(changed)))


@given(st.integers(0, len(PLAIN) - 1))
def test_a_file_that_stops_early_is_left_to_pillow(length: int) -> None:
    assert read_plain(PLAIN[:length], LONGEST, MOST) is None


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + name + data + checksum


def _with(chunk: bytes, place: int) -> bytes:
    """The plain file with a chunk more; behind its header is 33, before its end -12."""
    return PLAIN[:place] + chunk + PLAIN[place:]


def _pieces() -> bytes:
    """The same pixels in two chunks."""
    data = PLAIN[41:-16]
    halves = _chunk(b"IDAT", data[:50]) + _chunk(b"IDAT", data[50:])
    return PLAIN[:33] + halves + PLAIN[-12:]


def _pixels_missing() -> bytes:
    data = zlib.compress(bytes(29 * 27))
    return PLAIN[:33] + _chunk(b"IDAT", data[:-6]) + PLAIN[-12:]


def _text() -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "seven")
    return text


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        encode(grey(SLOPE), "JPEG"),
        encode(grey(SLOPE).convert("RGB"), "PNG"),
        encode(grey(SLOPE).convert("P"), "PNG"),
        encode(grey(SLOPE).convert("1"), "PNG"),
        encode(grey(SLOPE).convert("I;16"), "PNG"),
        encode(grey(SLOPE), "PNG", transparency=0),
        encode(grey(SLOPE), "PNG", pnginfo=_text()),
        _with(_chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0"), 33),
        _with(_chunk(b"tEXt", b"a\0b"), -12),
        PLAIN + b"more",
        PLAIN[:28] + b"\1" + PLAIN[29:],
        PLAIN[:30] + b"\0\0" + PLAIN[32:],
        _pieces(),
        _pixels_missing(),
    ],
    ids=range(15),
)
def test_whatever_else_there_is_or_is_wrong_is_left_to_pillow(encoded: bytes) -> None:
    assert read_plain(encoded, LONGEST, MOST) is None


def test_a_picture_over_a_limit_is_left_to_pillow_before_it_is_decoded() -> None:
    assert read_plain(PLAIN, 28, 784) is not None
    assert read_plain(PLAIN, 27, 784) is None
    assert read_plain(PLAIN, 28, 783) is None


def test_one_of_more_than_64_kib_is_left_to_pillow() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 300), np.uint8)
    encoded = encode(Image.fromarray(noise), "PNG")

    assert len(encoded) > 2**16
    assert read_plain(encoded, LONGEST, MOST) is None
