"""Synthetic photographs: real strokes on paper, of every size that was asked for."""

import io
from collections import Counter

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.fakes import Digit
from training.measuring.pens import redraw
from training.measuring.photographs import SIZES, Photograph, photographs

SMALL = SIZES[0]


@pytest.fixture
def pictures(digits: list[Digit]) -> NDArray[np.uint8]:
    return np.stack([digit.pixels.reshape(28, 28) for digit in digits])


def _opened(photograph: Photograph) -> Image.Image:
    return Image.open(io.BytesIO(photograph.encoded))


def test_the_same_seed_gives_the_same_bytes_and_another_others(
    pictures: NDArray[np.uint8],
) -> None:
    first = list(photographs(pictures[:4], SMALL, seed=1))

    assert list(photographs(pictures[:4], SMALL, seed=1)) == first
    assert list(photographs(pictures[:2], SMALL, seed=1)) == first[:2]
    assert list(photographs(pictures[:4], SMALL, seed=2)) != first


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_photograph_is_as_long_as_its_class_says(
    sizes: tuple[int, int], pictures: NDArray[np.uint8]
) -> None:
    for photograph in photographs(pictures[:2], sizes, seed=0):
        image = _opened(photograph)

        assert max(image.size) == photograph.longer
        assert sizes[0] <= photograph.longer <= sizes[1]
        assert 9 / 16 * 0.98 <= min(image.size) / max(image.size) <= 1


@pytest.mark.slow
def test_photographs_are_colour_jpegs_and_a_few_pngs(
    pictures: NDArray[np.uint8],
) -> None:
    taken = list(photographs(pictures[:30], SMALL, seed=0))

    kinds = Counter(photograph.media_type for photograph in taken)
    assert {_opened(one).mode for one in taken} == {"RGB"}
    assert all(Image.MIME[str(_opened(p).format)] == p.media_type for p in taken)
    assert 0 < kinds["image/png"] < kinds["image/jpeg"]


def test_ink_is_darker_than_the_paper_and_keeps_off_the_edges(
    pictures: NDArray[np.uint8],
) -> None:
    for photograph in photographs(pictures[::4], SMALL, seed=3):
        ink = _darker_than_paper(_opened(photograph).convert("L"))

        outermost = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
        assert ink.max() > 15
        assert ink.max() > 1.5 * outermost.max()


def _darker_than_paper(grey: Image.Image) -> NDArray[np.float64]:
    """How many grey levels each place is below a plane through all of them."""
    calm = np.asarray(grey.filter(ImageFilter.BoxBlur(1)), float)
    rows, columns = np.indices(calm.shape)
    plane = np.stack([np.ones(calm.size), rows.ravel(), columns.ravel()], axis=1)
    weights = np.linalg.lstsq(plane, calm.ravel())[0]
    return np.asarray((plane @ weights).reshape(calm.shape) - calm)


@pytest.mark.slow
def test_photographs_are_read_by_the_service(
    pictures: NDArray[np.uint8], digits: list[Digit], client: FlaskClient
) -> None:
    right = 0

    for digit, photograph in zip(
        digits, photographs(pictures, SMALL, seed=0), strict=True
    ):
        answer = client.post(
            "/v1/classify",
            data=photograph.encoded,
            content_type=photograph.media_type,
        ).get_json()
        right += answer["predictions"][0]["digit"] == digit.label

    assert right >= 0.85 * len(digits)


def test_a_digit_drawn_with_its_own_width_keeps_its_ink(
    pictures: NDArray[np.uint8],
) -> None:
    for picture in pictures[::4]:
        depth = redraw(picture, width=1).depth

        # At four places to a pixel, with a margin of three pixels around.
        drawn = (depth[12:-12, 12:-12] > 0).reshape(28, 4, 28, 4).mean(axis=(1, 3))
        likeness = np.corrcoef(drawn.ravel(), picture.ravel())[0, 1]
        assert likeness > 0.9
        assert 0.75 < drawn.sum() * 255 / picture.sum(dtype=int) < 1.25


def test_wider_strokes_have_more_ink_along_the_same_way(
    pictures: NDArray[np.uint8],
) -> None:
    thin, own, wide = (redraw(pictures[5], width).depth > 0 for width in (0.5, 1, 1.3))

    assert np.all(own[thin])
    assert np.all(wide[own])
    assert 0.3 < thin.sum() / own.sum() < 0.7


def test_a_large_stroke_has_a_crisp_edge_and_no_blocks(
    pictures: NDArray[np.uint8],
) -> None:
    ink = redraw(pictures[0], width=1).draw(1000)

    edge = (ink > 0.02) & (ink < 0.98)
    assert max(ink.shape) == 1000
    assert edge.mean() < 0.01
    # Of blocks, 28 across, the left sides would stand at 28 places at most.
    assert len(np.unique((ink > 0.5).argmax(axis=1))) > 100
