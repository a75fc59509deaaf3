"""What the service answers: predictions, and why one was so.

A batch is held in columns, since what is done to a thousand pictures at once
costs as much as what is done to three of them one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.artifact import Manifest
from service.errors import RequestError
from service.explanation import Attribution, Rival
from service.normaliser import UNTOUCHED, Preprocessing


@dataclass(frozen=True)
class Prediction:
    """What the network says of one digit.

    `probabilities` is float32 [10], the softmax for the digits 0 to 9, and
    sums to 1; `digit` is where it is largest and `probability` its value.
    `preprocessing` is what was done to the picture before. `typicality` is None
    where the version cannot tell, `accepted` where it is not asked to.
    """

    digit: int
    probability: np.float32
    probabilities: NDArray[np.float32]
    preprocessing: Preprocessing
    typicality: np.float32 | None = None
    accepted: bool | None = None


@dataclass(frozen=True)
class Answer:
    """Who answered, and what: a row for each picture, in their order.

    `digits` intp [n], `probabilities` float32 [n, 10]; `typicality` float32 [n]
    in 0..1 and `accepted` bool [n], each None where it is not told. By row: what
    was `done` to those pictures that were not taken as they are, and the `errors`
    of those that could not be read, whose rows elsewhere mean nothing.
    """

    model: str
    version: int
    digits: NDArray[np.intp]
    probabilities: NDArray[np.float32]
    typicality: NDArray[np.float32] | None
    accepted: NDArray[np.bool_] | None
    done: Mapping[int, Preprocessing]
    errors: Mapping[int, RequestError]

    @property
    def results(self) -> tuple[Prediction | RequestError, ...]:
        """For each picture its prediction, or why it has none."""
        return tuple(self._result(row) for row in range(len(self.digits)))

    @property
    def several(self) -> frozenset[int]:
        """The rows of those pictures that show more than one digit."""
        return frozenset(row for row, done in self.done.items() if done.several)

    def _result(self, row: int) -> Prediction | RequestError:
        if row in self.errors:
            return self.errors[row]
        digit, probabilities = int(self.digits[row]), self.probabilities[row]
        return Prediction(
            digit,
            probabilities[digit],
            probabilities,
            self.done.get(row, UNTOUCHED),
            None if self.typicality is None else self.typicality[row],
            None if self.accepted is None else bool(self.accepted[row]),
        )


@dataclass(frozen=True)
class Inference:
    """What the network itself gave, float32 [n, 10] softmax, and who it was.

    Not calibrated: what TensorFlow Serving would give of the same version.
    """

    manifest: Manifest
    probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class Explanation:
    """Who read one picture, as what, and why.

    `picture` is uint8 [784], as the network saw it; `probabilities` float32 [10],
    calibrated where the version says how. `attribution` compares `digit` with
    what it is held `against`.
    """

    model: str
    version: int
    picture: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    digit: int
    against: Rival
    attribution: Attribution
