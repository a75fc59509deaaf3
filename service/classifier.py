"""The one use case: pictures in, probabilities out.

Every dialect of the API, and the command line, calls this and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from service.calibration import calibrate
from service.digits import BRIGHT, SIDE, SIZE, border_shade, to_pixels, typical
from service.errors import RequestError, TooLarge
from service.normaliser import (
    UNTOUCHED,
    Normalised,
    Preprocess,
    Preprocessing,
    prepare,
)
from service.pictures import Picture, read_picture
from service.proof import ProvedModel
from service.settings import Settings
from service.store import Store
from service.typicality import Typicality

Upload = bytes | NDArray[np.uint8] | RequestError
"""An encoded picture; 28x28 pixels, uint8 [784]; or why there is neither."""
Uploads = Sequence[Upload] | NDArray[np.uint8]
"""Many of them; an array is uint8 [n, 784]."""

Judgement = tuple[np.float32 | None, bool | None]
"""The typicality of a picture and whether it is accepted, each where it is told."""


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
        uploads: Uploads,
        model: str | None = None,
        version: int | None = None,
        preprocess: Preprocess = "auto",
        calibrated: bool = True,
    ) -> Answer:
        """The answer for each of `uploads`, in their order.

        Its probabilities are calibrated where the version says how, unless the
        network's own are asked for.

        A picture that cannot be read has its error as its result, and the
        others are answered all the same.

        Raises TooLarge for more pictures than allowed, UnknownModel for a model
        or version that is not served, NotReady where none is.
        """
        if len(uploads) > self._settings.max_batch:
            raise TooLarge(
                f"{len(uploads)} pictures in one request, "
                f"at most {self._settings.max_batch} are answered"
            )
        proved = self._store.find(model, version)
        batch = self._read(uploads, preprocess)
        rows = [row for row in range(len(uploads)) if row not in batch.errors]
        results: dict[int, Prediction | RequestError] = dict(batch.errors)
        if rows:
            predictions = self._predict(proved, batch, rows, calibrated)
            results |= zip(rows, predictions, strict=True)
        return Answer(
            proved.manifest.name,
            proved.manifest.version,
            tuple(results[row] for row in range(len(uploads))),
        )

    def normalise(self, upload: Upload) -> Normalised:
        """The digit that the network would see of one picture.

        Raises UnreadablePicture where it cannot be read or is blank, TooLarge
        where it has too many pixels.
        """
        return self._prepare(upload, "auto")

    def _predict(
        self, proved: ProvedModel, batch: "_Batch", rows: list[int], calibrated: bool
    ) -> list[Prediction]:
        """What the network says of those rows of `batch`."""
        digits = batch.digits[rows]
        probabilities = proved.engine.predict(to_pixels(digits))
        calibration = proved.manifest.calibration
        if calibrated and calibration is not None:
            probabilities = calibrate(probabilities, calibration.temperature)
        done = [batch.done.get(row, UNTOUCHED) for row in rows]
        read = probabilities.argmax(axis=1)
        judged = self._judge(proved.typicality, digits, read)
        return _predictions(probabilities, read, done, judged)

    def _judge(
        self,
        typicality: Typicality | None,
        digits: NDArray[np.uint8],
        read: NDArray[np.intp],
    ) -> Iterable[Judgement]:
        """How typical each of `digits` is that was `read` so, and if that will do."""
        if typicality is None:
            return repeat((None, None), len(read))
        least, found = self._settings.min_typicality, typicality.of(digits, read)
        accepted = (found >= least).tolist() if least > 0 else repeat(None, len(read))
        return zip(found, accepted, strict=True)

    def _read(self, uploads: Uploads, how: Preprocess) -> "_Batch":
        if isinstance(uploads, np.ndarray):
            digits = uploads.copy()
            fine = typical(digits) if how == "auto" else border_shade(digits) < BRIGHT
            others = np.flatnonzero(~fine).tolist()
        else:
            digits = np.zeros((len(uploads), SIZE), np.uint8)
            others = list(range(len(uploads)))
        batch = _Batch(digits, {}, {})
        for row in others:
            try:
                normalised = self._prepare(uploads[row], how)
            except RequestError as error:
                batch.errors[row] = error
            else:
                batch.digits[row] = normalised.digit
                batch.done[row] = normalised.preprocessing
        return batch

    def _prepare(self, upload: Upload, how: Preprocess) -> Normalised:
        match upload:
            case RequestError():
                raise upload
            case bytes():
                return prepare(read_picture(upload, self._settings.max_pixels), how)
            case _:
                grey = upload.reshape(SIDE, SIDE)
                return prepare(Picture(grey, (SIDE, SIDE), rotated=False), how)


@dataclass(frozen=True)
class _Batch:
    """Digits uint8 [n, 784]; by row, what was done to some and why others failed."""

    digits: NDArray[np.uint8]
    done: dict[int, Preprocessing]
    errors: dict[int, RequestError]


def _predictions(
    probabilities: NDArray[np.float32],
    read: NDArray[np.intp],
    done: list[Preprocessing],
    judged: Iterable[Judgement],
) -> list[Prediction]:
    return [
        Prediction(int(digit), row[digit], row, preprocessing, *judgement)
        for digit, row, preprocessing, judgement in zip(
            read, probabilities, done, judged, strict=True
        )
    ]
