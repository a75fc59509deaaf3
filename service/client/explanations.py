"""What the service answers to `explain`, as a typed value, and how it is read."""

from dataclasses import dataclass
from typing import Any, Literal

Rival = int | Literal["others"]
"""What a digit is held against: another digit, or the mean of the other nine."""


@dataclass(frozen=True)
class Explanation:
    """What each pixel of one picture spoke for `digit`, held `against` another.

    `attributions` are 28 rows of 28 floats, in logits: above 0 for the digit, below 0
    for the other, 0 where there is no ink. With `baseline`, the same of a black
    picture, they sum to `difference`, the digit's logit less the other's. `picture`
    is what the network saw, 28 rows of 28 whole numbers, 0 to 255. `probabilities`
    are ten floats in 0..1 which sum to 1, `probability` the digit's. `model` and
    `version` answered.
    """

    digit: int
    against: Rival
    probability: float
    probabilities: tuple[float, ...]
    difference: float
    baseline: float
    attributions: tuple[tuple[float, ...], ...]
    picture: tuple[tuple[int, ...], ...]
    model: str
    version: int


def read_explanation(document: dict[str, Any]) -> Explanation:
    """The explanation in an answer.

    Raises KeyError, TypeError or ValueError for what is no such answer.
    """
    return Explanation(
        document["digit"],
        document["against"],
        float(document["probability"]),
        tuple(map(float, document["probabilities"])),
        float(document["difference"]),
        float(document["baseline"]),
        tuple(tuple(map(float, row)) for row in document["attributions"]),
        tuple(tuple(map(int, row)) for row in document["picture"]),
        document["model"],
        document["version"],
    )
