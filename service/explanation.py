"""Why the network answered so: what each pixel spoke for one digit, against another.

Integrated gradients (Sundararajan, Taly and Yan, Axiomatic attribution for deep
networks, 2017) along the straight line from a black picture to this one. One layer of
ReLUs bends that line once a unit, so that the integral is exact and needs no steps.
How a picture is read, and how the answer is drawn, is left to others.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from service.engines.weights import Weights
from service.errors import BadRequest, Unexplainable

Rival = int | Literal["others"]
"""What a digit is held against: another digit, or the mean of the other nine."""

ROUNDING = 1e-3
"""How far two ways to run one network may differ in a probability, however bright."""


@dataclass(frozen=True)
class Attribution:
    """What the ink of one picture said, in logits, of a digit against its rival.

    `pixels` is float32 [784]: above 0 the pixel spoke for the digit, below 0 for
    the rival; a pixel without ink says nothing, 0. `difference` is the digit's
    logit less the rival's, `baseline` the same of a black picture, so that
    sum(pixels) + baseline = difference, but for rounding. `logits` float32 [10].
    """

    pixels: NDArray[np.float32]
    difference: np.float32
    baseline: np.float32
    logits: NDArray[np.float32]


def compared(
    answer: NDArray[np.float32], digit: int | None, against: Rival | None
) -> tuple[int, Rival]:
    """What is to be explained of `answer`, float32 [10].

    Where that is left open, the likeliest digit, against the likeliest other.
    """
    likeliest: list[int] = np.argsort(-answer, kind="stable").tolist()
    asked = likeliest[0] if digit is None else digit
    runner_up = next(other for other in likeliest if other != asked)
    return asked, runner_up if against is None else against


def attribute(
    weights: Weights, pixels: NDArray[np.float32], digit: int, against: Rival
) -> Attribution:
    """What each of `pixels`, float32 [784] in 0..1, spoke for `digit`, `against` it.

    Raises BadRequest where they are not two different digits of 0 to 9.
    """
    contrast = _contrast(digit, against)
    inked = np.flatnonzero(pixels)
    ink, rows = pixels[inked], weights.hidden[inked]
    blank = weights.hidden_bias
    drawn = ink @ rows + blank
    slopes = _active(blank, drawn) * (weights.output @ contrast)
    spoken = np.zeros_like(pixels)
    spoken[inked] = ink * (rows @ slopes)
    logits = weights.logits(drawn)
    return Attribution(
        pixels=spoken,
        difference=np.float32(contrast @ logits),
        baseline=np.float32(contrast @ weights.blank_logits),
        logits=logits,
    )


def check(attribution: Attribution, answer: NDArray[np.float32]) -> None:
    """Raise Unexplainable where what was explained is not `answer`, float32 [10]."""
    powers = np.exp(attribution.logits - attribution.logits.max())
    off = float(np.abs(powers / powers.sum() - answer).max())
    if not off <= ROUNDING:
        raise Unexplainable(
            f"the weights give probabilities that are off by {off:.2g}: the network is "
            "another than 784 inputs, 512 ReLU units and a softmax of 10"
        )


def _contrast(digit: int, against: Rival) -> NDArray[np.float32]:
    """float32 [10], of which the product with logits is the difference asked for."""
    compared = [digit] if against == "others" else [digit, against]
    if any(number not in range(10) for number in compared) or digit == against:
        raise BadRequest(
            f"{digit} against {against}: expected two different digits of 0 to 9"
        )
    contrast = np.full(10, -1 / 9 if against == "others" else 0, np.float32)
    if against != "others":
        contrast[against] = -1
    contrast[digit] = 1
    return contrast


def _active(
    start: NDArray[np.float32], end: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The share of the way from `start` to `end` on which a unit is above 0: [n]."""
    share = (start > 0).astype(np.float32)
    np.divide(
        np.maximum(end, 0) - np.maximum(start, 0),
        end - start,
        out=share,
        where=end != start,
    )
    return share
