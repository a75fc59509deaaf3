"""The colours of a heat map say who spoke, and how loudly."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from service.heat_map import AGAINST, FOR, draw, full_colour

GREY = [89, 89, 89]
"""The colour of full ink that says nothing: 0.35 of 255."""


def _row(*spoken: float, ink: int = 255) -> list[list[int]]:
    """The colours of the first pixels, which have that ink and spoke so."""
    attributions, digit = np.zeros(784, np.float32), np.zeros(784, np.uint8)
    attributions[: len(spoken)], digit[: len(spoken)] = spoken, ink
    colours: list[list[int]] = draw(attributions, digit)[0, : len(spoken)].tolist()
    return colours


def test_the_strongest_has_the_full_colour_whatever_its_ink() -> None:
    assert _row(2.5, -1)[0] == FOR.tolist()
    assert _row(-2.5, 1)[0] == AGAINST.tolist()
    assert _row(2.5, ink=3)[0] == FOR.tolist()


def test_half_as_strong_is_half_way_from_grey() -> None:
    half = _row(4, 2)[1]

    expected = (np.array(GREY) + FOR) / 2
    np.testing.assert_allclose(half, expected, rtol=0, atol=1)


def test_ink_that_says_nothing_is_grey_and_no_ink_black() -> None:
    assert _row(1, 0)[1] == GREY
    assert _row(0, 0) == [GREY, GREY]
    assert _row(0, ink=0) == [[0, 0, 0]]


def test_the_full_colour_is_the_strongest_of_either_side() -> None:
    assert full_colour(np.array([0.5, -2, 1], np.float32)) == 2
    assert full_colour(np.zeros(784, np.float32)) == 0


def test_either_colour_is_brighter_than_the_grey() -> None:
    luma = np.array([0.299, 0.587, 0.114])

    assert min(FOR @ luma, AGAINST @ luma) > GREY[0] + 40


@given(
    arrays(np.float32, 784, elements=st.floats(-100, 100, width=32)),
    arrays(np.uint8, 784),
)
def test_every_picture_has_its_colours(
    spoken: NDArray[np.float32], digit: NDArray[np.uint8]
) -> None:
    colours = draw(spoken, digit)

    assert colours.shape == (28, 28, 3)
    assert colours.dtype == np.uint8
    strength = spoken.reshape(28, 28) / (np.abs(spoken).max() or 1)
    loud = np.abs(strength) > 0.5
    red, blue = colours[..., 0].astype(int), colours[..., 2].astype(int)
    assert ((red > blue) == (strength > 0))[loud].all()
