"""What the default version reads in what comes, and how far that is from training."""

from dataclasses import dataclass

from service.artifact import Manifest
from service.counting.metrics import (
    CONFIDENCE,
    DRIFT_PICTURES,
    DRIFT_PSI,
    DRIFT_WINDOW,
    PREDICTIONS,
    TYPICALITY,
)
from service.serving.snapshot import Snapshot
from service.web.sentences import STRANGE
from service.web.status.numbers import Numbers
from service.web.status.words import NONE, count, part, span

FEATURES = {
    "digit": "Digits that are read",
    "confidence": "Confidence",
    "ink": "Ink in a picture",
}
WATCH, DRIFTED = 0.1, 0.25


@dataclass(frozen=True)
class Digit:
    """How often a digit was read; `expected` of the pictures held back in training.

    `width` is that of its bar and `mark` where its expected share is, 0..100.
    """

    digit: int
    pictures: str
    share: str
    expected: str | None
    width: float
    mark: float | None


@dataclass(frozen=True)
class Pictures:
    """What one version read since the start; None in place of what it cannot tell."""

    version: int
    total: str
    digits: tuple[Digit, ...]
    confidence: str
    unsure: str
    strange: str | None

    @classmethod
    def of(cls, numbers: Numbers, snapshot: Snapshot) -> "Pictures | None":
        """Of the default version, once it has read any."""
        if snapshot.default is None:
            return None
        label = (str(snapshot.default),)
        confidence = numbers.spread(CONFIDENCE, lambda of: of == label)
        typicality = numbers.spread(TYPICALITY, lambda of: of == label)
        if not confidence.count:
            return None
        manifest = snapshot.models[snapshot.default].manifest
        below = sum(typicality.buckets[: TYPICALITY.bounds.index(STRANGE) + 1])
        return cls(
            version=snapshot.default,
            total=count(confidence.count),
            digits=_digits(numbers, manifest),
            confidence=part(confidence.mean, 1),
            unsure=part(confidence.quantile(0.05), 1),
            strange=part(below, typicality.count) if typicality.count else None,
        )


@dataclass(frozen=True)
class Feature:
    """One feature of the pictures, and how far it is from training, in a word."""

    name: str
    index: str
    word: str


@dataclass(frozen=True)
class Drift:
    """How far what a version read lately is from what it was trained on."""

    version: int
    window: str
    pictures: str
    features: tuple[Feature, ...]

    @property
    def word(self) -> str:
        """That of the feature that is farthest; a dash where none can be told."""
        words = [feature.word for feature in self.features]
        return next((w for w in ("drifted", "watch", "steady") if w in words), NONE)


def drifts(numbers: Numbers, snapshot: Snapshot) -> tuple[Drift, ...]:
    """Of the versions that can tell, the default one first."""
    window = span(numbers.one(DRIFT_WINDOW))
    found = {int(version): n for (version,), n in numbers.all(DRIFT_PICTURES).items()}
    ordered = sorted(found, key=lambda version: (version != snapshot.default, -version))
    return tuple(
        Drift(version, window, count(found[version]), _features(numbers, version))
        for version in ordered
    )


def _features(numbers: Numbers, version: int) -> tuple[Feature, ...]:
    indices = numbers.all(DRIFT_PSI)
    return tuple(
        Feature(words, f"{indices[str(version), name]:.3f}", word)
        for name, words in FEATURES.items()
        if (str(version), name) in indices
        for word in [drift_word(indices[str(version), name])]
    )


def drift_word(index: float) -> str:
    """A population stability index in a word."""
    if index < WATCH:
        return "steady"
    return "watch" if index <= DRIFTED else "drifted"


def _digits(numbers: Numbers, manifest: Manifest) -> tuple[Digit, ...]:
    version = str(manifest.version)
    found = [numbers.one(PREDICTIONS, version, str(digit)) for digit in range(10)]
    total = sum(found) or 1
    expected = _expected(manifest)
    scale = 100 / max(*(number / total for number in found), *(expected or (0.2,)))
    return tuple(
        Digit(
            digit=digit,
            pictures=count(number),
            share=part(number, total),
            expected=None if expected is None else part(expected[digit], 1),
            width=round(scale * number / total, 1),
            mark=None if expected is None else round(scale * expected[digit], 1),
        )
        for digit, number in enumerate(found)
    )


def _expected(manifest: Manifest) -> tuple[float, ...] | None:
    """The share of each digit in training, where the version knows it."""
    fingerprint = manifest.fingerprint
    if fingerprint is None or len(fingerprint.digit.shares) != 10:
        return None
    return fingerprint.digit.shares
