"""The scores that `benchmarks.typicality` compares: how strange a picture looks.

Each is fitted to training pictures and is more for stranger; what its figures mean
is left to p-values.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from service.digits import to_pixels
from service.typicality import shrunk
from training.data import Mnist
from training.measuring.strange_pictures import Pictures

Floats = NDArray[np.floating]
Strangeness = Callable[[Pictures, NDArray[np.float32]], Floats]
"""Of pictures [n, 784] and the network's probabilities [n, 10]: [n]."""

_TINY = 1e-9


def doubt(pictures: Pictures, answers: NDArray[np.float32]) -> Floats:  # noqa: ARG001
    """The network's own: less its largest probability (Hendrycks and Gimpel 2017)."""
    return np.asarray(-answers.max(axis=1))


def entropy(pictures: Pictures, answers: NDArray[np.float32]) -> Floats:  # noqa: ARG001
    """The entropy of the network's answer, in nats."""
    return np.asarray(-(answers * np.log(answers + np.float32(1e-20))).sum(axis=1))


@dataclass(frozen=True)
class Subspaces:
    """A candidate: how far a picture is from the subspace of the digit read.

    features: what is compared. unit: brought to equal energy first. size: of the
    subspace. inside: count the distance within it too (probabilistic PCA, Tipping
    and Bishop 1999). level: the distance as it is, less the digit's median, or its
    logarithm standardised by digit. ink: added for as much energy as is usual.
    """

    name: str
    features: Callable[[Pictures], Floats]
    unit: bool
    size: int
    inside: bool = False
    level: Literal["as it is", "median", "log"] = "as it is"
    ink: float = 0.0

    def of(self, pictures: Pictures) -> Floats:
        """What is compared of `pictures`: [n, features]."""
        features = self.features(pictures)
        if not self.unit:
            return features
        energy = np.linalg.norm(features, axis=1, keepdims=True)
        return np.asarray(features / (energy + 1e-6))


class Fitted:
    """A candidate fitted to a split, of which `held` [n, 10] are the answers."""

    def __init__(
        self, candidate: Subspaces, split: Mnist, held: NDArray[np.float32]
    ) -> None:
        self._candidate = candidate
        self._shapes = [
            self._shape(split.x_train[split.y_train == digit]) for digit in range(10)
        ]
        read = held.argmax(axis=1)
        energy = self._energies(split.x_test)
        self._energy = np.array([np.median(energy[read == d]) for d in range(10)])
        distances = self._distances(split.x_test, read)
        own = [distances[read == digit] for digit in range(10)]
        self._middle = np.array([np.median(values) for values in own])
        self._scale = np.array([values.std() for values in own])

    def __call__(self, pictures: Pictures, answers: NDArray[np.float32]) -> Floats:
        """How strange each picture is: [n]."""
        read = answers.argmax(axis=1)
        distances = self._distances(pictures, read)
        if self._candidate.level == "as it is":
            return distances
        over = distances - self._middle[read]
        scaled = self._candidate.level == "log"
        return np.asarray(over / self._scale[read] if scaled else over)

    def _shape(self, pictures: Pictures) -> tuple[Floats, Floats]:
        """The variances, descending, and the first directions as columns."""
        features = self._candidate.of(pictures).astype(np.float64)
        spread, directions = np.linalg.eigh(features.T @ features / len(features))
        size = self._candidate.size
        return np.maximum(spread[::-1], _TINY), directions[:, : -size - 1 : -1]

    def _distances(self, pictures: Pictures, read: NDArray[np.intp]) -> Floats:
        found = np.empty(len(pictures))
        for digit, shape in enumerate(self._shapes):
            own = read == digit
            found[own] = self._distance(self._candidate.of(pictures[own]), *shape)
        if self._candidate.level == "log":
            return np.log(found)
        energy = self._energies(pictures) / self._energy[read]
        return np.asarray(found + self._candidate.ink * energy)

    def _energies(self, pictures: Pictures) -> Floats:
        return np.asarray((self._candidate.features(pictures) ** 2).sum(axis=1))

    def _distance(self, features: Floats, spread: Floats, basis: Floats) -> Floats:
        inside = (features @ basis) ** 2
        left = (features**2).sum(axis=1) - inside.sum(axis=1)
        if self._candidate.inside:
            size = self._candidate.size
            left = left / spread[size:].mean() + (inside / spread[:size]).sum(axis=1)
        return np.asarray(np.maximum(left, _TINY))


CANDIDATES = (
    Subspaces("residual of 784 pixels, 32 directions", to_pixels, False, 32),
    Subspaces("+ distance inside (probabilistic PCA)", to_pixels, False, 32, True),
    Subspaces("residual at unit energy", to_pixels, True, 32),
    Subspaces("+ distance inside", to_pixels, True, 32, True),
    Subspaces("blurred, shrunk to 14x14, 16 directions", shrunk, True, 16),
    Subspaces("the same, 32 directions", shrunk, True, 32),
    Subspaces("32, + distance inside", shrunk, True, 32, True),
    Subspaces("32, less the digit's median", shrunk, True, 32, level="median"),
    Subspaces("16, + 0.02 for ink", shrunk, True, 16, level="median", ink=0.02),
    Subspaces("32, + 0.02 for ink: served", shrunk, True, 32, level="median", ink=0.02),
    Subspaces("48, + 0.02 for ink", shrunk, True, 48, level="median", ink=0.02),
    Subspaces("32, + 0.01 for ink", shrunk, True, 32, level="median", ink=0.01),
    Subspaces("32, + 0.08 for ink", shrunk, True, 32, level="median", ink=0.08),
    Subspaces("32, logarithm, standardised by digit", shrunk, True, 32, level="log"),
)
