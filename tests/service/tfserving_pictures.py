"""Pictures as the REST of TensorFlow Serving takes them, for FakeEngine."""

import base64

from service.pictures import write_png
from tests.fakes import fake_digit

PREDICT = "/v1/models/mnist:predict"
CLASSIFY = "/v1/models/mnist:classify"


def row(digit: int) -> list[float]:
    """The 784 floats in 0..1 that FakeEngine reads as `digit`."""
    return [value / 255 for value in fake_digit(digit).tolist()]


def b64(digit: int) -> dict[str, str]:
    """The same picture, encoded as PNG."""
    png = write_png(fake_digit(digit))
    return {"b64": base64.b64encode(png).decode()}


def read_as(digit: int) -> list[float]:
    """What FakeEngine says of it."""
    return [0.91 if label == digit else 0.01 for label in range(10)]
