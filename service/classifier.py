"""The one use case: pictures in, probabilities out, and why they are so.

Every dialect of the API, and the command line, calls this and nothing else.
How an upload becomes a digit is left to `service.uploads`.
"""

import numpy as np
from numpy.typing import NDArray

from service.answer import Answer, Explanation, Inference
from service.artifact import Manifest
from service.calibration import calibrate
from service.counting.drift import Windows
from service.counting.outcomes import Outcomes
from service.counting.statistics import Statistics
from service.digits import Shown, to_pixels
from service.errors import BadRequest, TooLarge
from service.explanation import Rival, attribute, check, compared
from service.normaliser import Normalised, Preprocess
from service.serving.proof import ProvedModel
from service.serving.shadow import Shadow
from service.serving.store import Store, Version
from service.settings import Settings
from service.typicality import Typicality
from service.uploads import Batch, Upload, Uploads, read_upload, read_uploads


class Classifier:
    """Reads pictures and asks the network, whoever is asking."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        statistics: Statistics | None = None,
        shadow: Shadow | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self.statistics = statistics or Statistics()
        counts = self.statistics.counts
        windows = Windows(counts.board, counts.row, settings.drift_minutes)
        self._outcomes = Outcomes(counts, windows)
        self._shadow = shadow

    def classify(
        self,
        uploads: Uploads,
        model: str | None = None,
        version: Version = None,
        preprocess: Preprocess = "auto",
        calibrated: bool = True,
        judged: bool = True,
    ) -> Answer:
        """The answer for each of `uploads`, in their order.

        Its probabilities are calibrated where the version says how, unless the
        network's own are asked for; how typical each picture is, is told unless
        nobody wants it judged.

        A picture that cannot be read has its error as its result, and the
        others are answered all the same.

        Raises TooLarge for more pictures than allowed, UnknownModel for a model
        or version that is not served, NotReady where none is.
        """
        self.check_count(len(uploads))
        proved = self._store.choose(model, version)
        with self.statistics.call(proved.manifest.version) as call:
            batch = self._read_uploads(uploads, preprocess)
            call.read(batch.errors.values())
            rows = _readable(batch)
            digits = batch.digits[rows]
            told = _ask(proved, digits)
            call.asked(len(digits))
            probabilities = told
            if calibrated:
                probabilities = _calibrated(probabilities, proved.manifest)
            if batch.errors:
                probabilities = _spread(probabilities, rows, len(batch.digits))
            typicality = proved.typicality if judged else None
            answer = self._answer(proved.manifest, typicality, batch, probabilities)
            judged_as = None if answer.typicality is None else answer.typicality[rows]
            self._outcomes.count(proved.manifest, digits, told, judged_as)
            if self._shadow is not None:
                self._shadow.offer(proved.manifest.version, digits, told)
            return answer

    def infer(self, shown: Shown, proved: ProvedModel) -> Inference:
        """The network's own softmax of its own input or of digits, [n, 784], n >= 1.

        Of the model that was found when the request was read, which may have come
        to be replaced since.

        Raises BadRequest where that gives no finite numbers, TooLarge for more
        pictures than allowed.
        """
        self.check_count(len(shown))
        with self.statistics.call(proved.manifest.version) as call:
            probabilities = proved.engine.predict(shown)
            call.asked(len(shown))
            if not np.isfinite(probabilities).all():
                raise BadRequest(
                    "the input holds values that are not finite, or so large that "
                    "the network's sums are not; expected numbers from 0 to 1"
                )
            self._outcomes.count(proved.manifest, shown, probabilities)
            if self._shadow is not None:
                self._shadow.offer(proved.manifest.version, shown, probabilities)
            return Inference(proved.manifest, probabilities)

    def explain(
        self,
        upload: Upload,
        digit: int | None = None,
        against: Rival | None = None,
        model: str | None = None,
        version: Version = None,
        preprocess: Preprocess = "auto",
    ) -> Explanation:
        """Why one picture is read as `digit` rather than what it is held against.

        By default the likeliest digit, against the likeliest other.

        Raises BadRequest where the two are the same, Unexplainable where the version
        is another network, and what `classify` raises.
        """
        proved = self._store.choose(model, version)
        with self.statistics.call(proved.manifest.version) as call:
            picture = read_upload(upload, preprocess, self._settings.max_pixels).digit
            call.read()
            pixels = to_pixels(picture[None])
            answers = proved.engine.predict(pixels)
            call.asked(1)
            digit, against = compared(answers[0], digit, against)
            attribution = attribute(proved.engine.weights, pixels[0], digit, against)
            check(attribution, answers[0])
            return Explanation(
                proved.manifest.name,
                proved.manifest.version,
                picture,
                _calibrated(answers, proved.manifest)[0],
                digit,
                against,
                attribution,
            )

    def read(self, encoded: list[bytes]) -> NDArray[np.uint8]:
        """The digits, uint8 [n, 784], of encoded pictures.

        Raises the error of the first one that cannot be read, saying which it is,
        and TooLarge for more of them than allowed.
        """
        self.check_count(len(encoded))
        batch = self._read_uploads(encoded, "auto")
        for row, error in batch.errors.items():
            raise type(error)(f"picture {row}: {error}") from error
        return batch.digits

    def normalise(self, upload: Upload) -> Normalised:
        """The digit that the network would see of one picture.

        Raises UnreadablePicture where it cannot be read or is blank, TooLarge
        where it has too many pixels.
        """
        return read_upload(upload, "auto", self._settings.max_pixels)

    def check_count(self, count: int) -> None:
        """Raise TooLarge for more pictures than are answered in one request."""
        if count > self._settings.max_batch:
            raise TooLarge(
                f"{count} pictures in one request, "
                f"at most {self._settings.max_batch} are answered"
            )

    def _read_uploads(self, uploads: Uploads, preprocess: Preprocess) -> Batch:
        limits = self._settings.max_pixels, self._settings.max_request_pixels
        return read_uploads(uploads, preprocess, *limits)

    def _answer(
        self,
        manifest: Manifest,
        typicality: Typicality | None,
        batch: Batch,
        probabilities: NDArray[np.float32],
    ) -> Answer:
        read = probabilities.argmax(axis=1)
        typical = accepted = None
        if typicality is not None:
            typical = typicality.of(batch.digits, read)
            if self._settings.min_typicality > 0:
                accepted = typical >= self._settings.min_typicality
        return Answer(
            manifest.name,
            manifest.version,
            read,
            probabilities,
            typical,
            accepted,
            batch.done,
            batch.errors,
        )


def _readable(batch: Batch) -> slice | NDArray[np.bool_]:
    """The rows of `batch` that could be read."""
    if not batch.errors:
        return slice(None)  # no copy
    read = np.ones(len(batch.digits), bool)
    read[list(batch.errors)] = False
    return read


def _ask(proved: ProvedModel, digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The network's softmax [n, 10] of digits [n, 784]; it is not asked about none."""
    if len(digits):
        return proved.engine.predict(digits)
    return np.empty((0, 10), np.float32)


def _spread(
    probabilities: NDArray[np.float32], rows: slice | NDArray[np.bool_], count: int
) -> NDArray[np.float32]:
    """`probabilities` in those of `count` rows; the others are zeros."""
    spread = np.zeros((count, 10), np.float32)
    spread[rows] = probabilities
    return spread


def _calibrated(
    probabilities: NDArray[np.float32], manifest: Manifest
) -> NDArray[np.float32]:
    """The network's softmax [n, 10] as the version says that it is meant."""
    if manifest.calibration is None:
        return probabilities
    return calibrate(probabilities, manifest.calibration.temperature)
