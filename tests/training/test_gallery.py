"""The digits that the page offers are what it says of them."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from service.digits import to_pixels
from service.engines import open_engine
from tests.conftest import ROOT
from training.data import Mnist
from training.gallery import ASSETS, MISREAD, choose, sprite


def test_easy_ones_are_read_right_by_all_and_the_others_wrong_by_one() -> None:
    labels = np.tile(np.arange(10, dtype=np.uint8), 5)
    older, newer = labels.astype(np.intp), labels.astype(np.intp)
    older[[0, 11]] = 7
    newer[[2, 12, 23]] = (8, 8, 1)  # 2 and 12 are alike: a 2, read as an 8

    shown = choose(labels, {1: older, 2: newer})

    assert [each.label for each in shown[:10]] == list(range(10))
    assert [each.index for each in shown[:4]] == [10, 1, 22, 3]
    assert [(each.index, each.read_as) for each in shown[10:]] == [
        (2, {"2": 8}),
        (23, {"2": 1}),
        (0, {"1": 7}),
        (11, {"1": 7}),
    ]


def test_the_sprite_holds_every_pixel() -> None:
    digits = np.arange(2 * 784).reshape(2, 28, 28).astype(np.uint8)

    with Image.open(io.BytesIO(sprite(digits))) as image:
        pixels = np.asarray(image)

    assert np.array_equal(pixels, np.hstack([digits[0], digits[1]]))


@pytest.mark.slow
def test_the_gallery_shows_the_test_set_and_tells_how_it_is_read(
    mnist: Mnist,
) -> None:
    shown = json.loads((ASSETS / "gallery.json").read_bytes())
    indices = [each["index"] for each in shown]
    pictures = mnist.x_test.reshape(-1, 28, 28)[indices]

    with Image.open(ASSETS / "gallery.png") as image:
        assert np.array_equal(np.asarray(image), np.hstack(list(pictures)))

    assert len(set(indices)) == 10 + MISREAD
    assert [each["label"] for each in shown] == mnist.y_test[indices].tolist()
    for version in ("1", "2"):
        engine = open_engine("litert", ROOT / "models/mnist" / version)
        read = engine.predict(to_pixels(pictures.reshape(-1, 784))).argmax(axis=1)
        told = [each["read_as"].get(version, each["label"]) for each in shown]
        assert read.tolist() == told
