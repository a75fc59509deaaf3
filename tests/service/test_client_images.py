"""PIL images of every mode reach the service as the files they came from do."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from service.client import Client, PictureError, Prediction
from tests.fakes import Digit
from tests.service.encodings import deep_pgm, encode, grey

GREY = ["1", "L", "La", "LA", "I;16", "I;16B"]
COLOUR = ["P", "PA", "RGB", "RGBa", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV"]


@pytest.mark.parametrize("mode", GREY + COLOUR)
def test_an_image_of_any_mode_is_read(
    asking: Client, digits: list[Digit], mode: str
) -> None:
    prediction = asking.classify(_image(digits[0].pixels, mode))

    assert prediction.digit == digits[0].label


def test_a_deep_pgm_is_read_as_its_file_is(asking: Client, digits: list[Digit]) -> None:
    encoded = deep_pgm(digits[0].pixels)

    from_image = asking.classify(Image.open(io.BytesIO(encoded)))

    assert from_image == asking.classify(encoded)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_an_image_is_turned_as_its_file_would_be(
    asking: Client, digits: list[Digit], format_: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = grey(digits[20].pixels).resize((56, 56))
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    encoded = encode(turned, format_, exif=exif)

    from_file = asking.classify(encoded, detail=True)
    from_image = asking.classify(Image.open(io.BytesIO(encoded)), detail=True)

    assert from_file.digit == from_image.digit == digits[20].label
    assert from_file.preprocessing is not None
    assert from_file.preprocessing.rotated
    if format_ != "TIFF":  # which Pillow turns itself
        assert from_image.preprocessing == from_file.preprocessing


def test_a_transparent_image_keeps_its_transparency(
    asking: Client, digits: list[Digit]
) -> None:
    image = Image.new("RGBA", (28, 28))
    image.putalpha(grey(digits[0].pixels))

    assert asking.classify(image).digit == digits[0].label


def test_a_damaged_image_is_an_error_of_its_own(
    asking: Client, digits: list[Digit]
) -> None:
    image = Image.open(io.BytesIO(digits[0].encoded[:-40]))

    [damaged, good] = asking.classify_many([image, digits[1].path])

    assert isinstance(damaged, PictureError)
    assert damaged.detail.startswith("the image cannot be read: ")
    assert isinstance(good, Prediction)


def _image(pixels: NDArray[np.uint8], mode: str) -> Image.Image:
    match mode:
        case "I;16" | "I;16B":
            deep = pixels.reshape(28, 28).astype(np.uint16) * 257
            return Image.fromarray(deep.astype(">u2" if mode == "I;16B" else "<u2"))
        case "La" | "RGBa":
            return grey(pixels).convert(mode.upper()).convert(mode)
        case "HSV":
            return grey(pixels).convert("RGB").convert("HSV")
        case _:
            return grey(pixels).convert(mode)
