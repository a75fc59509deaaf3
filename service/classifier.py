"""The one use case: pictures in, probabilities out.

Every dialect of the API, and the command line, calls this and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.errors import RequestError, TooLarge
from service.pictures import SIZE, ink_errors, read_digit, to_pixels
from service.settings import Settings
from service.store import Store

Picture = bytes | NDArray[np.uint8] | RequestError
"""An encoded picture; a digit uint8 [784]; or why there is neither."""


@dataclass(frozen=True)
class Prediction:
    """What the network says of one digit.

    `probabilities` is float32 [10], the softmax for the digits 0 to 9, and
    sums to 1; `digit` is where it is largest and `probability` its value.
    """

    digit: int
    probability: np.float32
    probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class Answer:
    """Who answered, and for each picture its prediction, or why it has none."""

    model: str
    version: int
    results: tuple[Prediction | RequestError, ...]


class Classifier:
    """Reads pictures and asks the network, whoever is asking."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def classify(
        self,
        pictures: Sequence[Picture] | NDArray[np.uint8],
        model: str | None = None,
        version: int | None = None,
    ) -> Answer:
        """The answer for each of `pictures`, in their order.

        A picture that cannot be read has its error as its result, and the
        others are answered all the same. An array is uint8 [n, 784].

        Raises TooLarge for more pictures than allowed, UnknownModel for a model
        or version that is not served, NotReady where none is.
        """
        if len(pictures) > self._settings.max_batch:
            raise TooLarge(
                f"{len(pictures)} pictures in one request, "
                f"at most {self._settings.max_batch} are answered"
            )
        proved = self._store.find(model, version)
        digits, errors = self._read(pictures)
        readable = [row for row in range(len(digits)) if row not in errors]
        results: dict[int, Prediction | RequestError] = dict(errors)
        if readable:
            probabilities = proved.engine.predict(to_pixels(digits[readable]))
            results |= zip(readable, _predictions(probabilities), strict=True)
        return Answer(
            proved.manifest.name,
            proved.manifest.version,
            tuple(results[row] for row in range(len(digits))),
        )

    def _read(
        self, pictures: Sequence[Picture] | NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], dict[int, RequestError]]:
        """Digits uint8 [n, 784], and by row the errors of those that are none."""
        if isinstance(pictures, np.ndarray):
            return pictures, ink_errors(pictures)
        digits = np.zeros((len(pictures), SIZE), np.uint8)
        errors: dict[int, RequestError] = {}
        for row, picture in enumerate(pictures):
            try:
                digits[row] = self._digit(picture)
            except RequestError as error:
                errors[row] = error
        return digits, ink_errors(digits) | errors

    def _digit(self, picture: Picture) -> NDArray[np.uint8]:
        if isinstance(picture, RequestError):
            raise picture
        if isinstance(picture, bytes):
            return read_digit(picture, self._settings.max_pixels)
        return picture


def _predictions(probabilities: NDArray[np.float32]) -> list[Prediction]:
    digits = probabilities.argmax(axis=1)
    return [
        Prediction(int(digit), row[digit], row)
        for digit, row in zip(digits, probabilities, strict=True)
    ]
