"""Which score tells digits from strangers: `python -m benchmarks.typicality`.

Fits each candidate to the first 50,000 training pictures and makes p-values of it by
the 10,000 held back, then judges it on strangers and the test pictures. Last, what
the score that is served costs. The network that reads is a published version's.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.artifact import TYPICALITY
from service.digits import to_pixels
from service.engines import Engine
from service.proof import prove
from service.typicality import Typicality, shrunk, write_typicality
from training.data import Mnist, load_mnist
from training.measuring.strange_pictures import FASHION, Pictures, strangers
from training.measuring.strangers import RARE, Score, Table, tabulate
from training.sources import sources
from training.typicality import fit_typicality, p_values

Floats = NDArray[np.floating]
Strangeness = Callable[[Pictures, NDArray[np.float32]], Floats]
"""More for stranger [n], from pictures [n, 784] and probabilities [n, 10]."""

GROUPS = ("fashion", "noise", "blank", "letters", "two")


@dataclass(frozen=True)
class Subspaces:
    """A candidate: how far a picture is from the subspace of the digit read.

    features: what is compared. unit: brought to equal energy first. size: of the
    subspace. inside: count the distance within it too (probabilistic PCA, Tipping
    and Bishop 1999). level: the residual as it is, less the digit's median, or its
    logarithm standardised by digit.
    """

    name: str
    features: Callable[[Pictures], Floats]
    unit: bool
    size: int
    inside: bool = False
    level: str = "as it is"

    def fit(self, split: Mnist, held: NDArray[np.float32]) -> Strangeness:
        """The score, where `held` are the probabilities of the held-back digits."""
        known = [
            self._basis(split.x_train[split.y_train == digit]) for digit in range(10)
        ]

        def distance(pictures: Pictures, read: NDArray[np.intp]) -> Floats:
            found = np.empty(len(pictures))
            for digit, (spread, basis) in enumerate(known):
                own = read == digit
                features = self._features(pictures[own])
                inside = (features @ basis) ** 2
                left = (features**2).sum(axis=1) - inside.sum(axis=1)
                if self.inside:
                    rest = spread[self.size :].mean()
                    left = left / rest + (inside / spread[: self.size]).sum(axis=1)
                found[own] = np.maximum(left, 1e-9)
            return np.log(found) if self.level == "log" else found

        read = held.argmax(axis=1)
        usual = distance(split.x_test, read)
        own = [usual[read == digit] for digit in range(10)]
        at = np.array([np.median(values) for values in own])
        scale = np.array([values.std() for values in own])

        def strangeness(pictures: Pictures, answers: NDArray[np.float32]) -> Floats:
            digits = answers.argmax(axis=1)
            found = distance(pictures, digits)
            if self.level == "as it is":
                return found
            over = found - at[digits]
            return over / scale[digits] if self.level == "log" else over

        return strangeness

    def _features(self, pictures: Pictures) -> Floats:
        features = self.features(pictures)
        if not self.unit:
            return features
        return features / (np.linalg.norm(features, axis=1, keepdims=True) + 1e-6)

    def _basis(self, pictures: Pictures) -> tuple[Floats, Floats]:
        """The variances, descending, and the first directions as columns."""
        features = self._features(pictures).astype(np.float64)
        spread, directions = np.linalg.eigh(features.T @ features / len(features))
        return np.maximum(spread[::-1], 1e-9), directions[:, : -self.size - 1 : -1]


CANDIDATES = (
    Subspaces("residual of 784 pixels, 32 directions", to_pixels, False, 32),
    Subspaces("+ distance inside (probabilistic PCA)", to_pixels, False, 32, True),
    Subspaces("residual at unit energy", to_pixels, True, 32),
    Subspaces("+ distance inside", to_pixels, True, 32, True),
    Subspaces("blurred, shrunk to 14x14, 16 directions", shrunk, True, 16),
    Subspaces("the same, 24 directions", shrunk, True, 24),
    Subspaces("the same, 32 directions", shrunk, True, 32),
    Subspaces("24, + distance inside", shrunk, True, 24, True),
    Subspaces("16, less the digit's median", shrunk, True, 16, level="median"),
    Subspaces("24, less the digit's median: served", shrunk, True, 24, level="median"),
    Subspaces("32, less the digit's median", shrunk, True, 32, level="median"),
    Subspaces("24, logarithm, standardised by digit", shrunk, True, 24, level="log"),
)


def unsure(pictures: Pictures, answers: NDArray[np.float32]) -> Floats:  # noqa: ARG001
    """The network's own doubt (Hendrycks and Gimpel 2017): less the largest."""
    return -answers.max(axis=1)


def entropy(pictures: Pictures, answers: NDArray[np.float32]) -> Floats:  # noqa: ARG001
    """The entropy of its answer."""
    return -(answers * np.log(answers + np.float32(1e-20))).sum(axis=1)


def conformal(strangeness: Strangeness, engine: Engine, held_back: Pictures) -> Score:
    """The p-values of a score by the held-back digits."""

    def raw(pictures: Pictures) -> Floats:
        answers = engine.predict(to_pixels(pictures))
        return np.asarray(strangeness(pictures, answers), np.float32)

    table = p_values(np.asarray(raw(held_back), np.float32))
    return lambda pictures: np.interp(raw(pictures), *table)


def as_row(name: str, table: Table) -> str:
    """One line of the comparison, in Markdown."""
    groups = [
        np.mean([row.auroc for row in table.rows if row.group == group])
        for group in GROUPS
    ]
    cells = [f"{mean:.3f}" for mean in groups]
    return f"| {name} | {' | '.join(cells)} | {table.mean:.4f} | {table.real:.2%} |"


def cost(typicality: Typicality, digits: Pictures, rounds: int = 300) -> dict[int, str]:
    """Microseconds a picture by batch size: the least and the median of rounds."""
    read = np.arange(len(digits)) % 10
    told = {}
    for size in (1, 16, 1024):
        calls = max(1, 64 // size)
        times = []
        for _ in range(rounds):
            since = time.perf_counter()
            for _ in range(calls):
                typicality.of(digits[:size], read[:size])
            times.append((time.perf_counter() - since) / calls / size * 1e6)
        told[size] = f"{min(times):.1f} at best, median {statistics.median(times):.1f}"
    return told


def main() -> int:
    """Print the comparison, row by row, then cost and size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.typicality")
    add = parser.add_argument
    add("--version", type=Path, default=Path("models/mnist/1"), help="that reads")
    add("--data", type=Path, metavar="PATH", help="MNIST, as mnist-train takes it")
    add("--fashion", type=Path, default=FASHION, metavar="FOLDER", help=str(FASHION))
    given = parser.parse_args()
    mnist = load_mnist(sources(given.data, os.environ))
    split, engine = mnist.split(), prove(given.version, "litert").engine
    kinds = list(strangers(mnist.x_test, given.fashion))
    held = engine.predict(to_pixels(split.x_test))
    print(f"| AUROC | {' | '.join(GROUPS)} | mean | digits below 0.01 |")
    print(f"|---|{'---:|' * (len(GROUPS) + 2)}")
    scores: list[tuple[str, Callable[[], Strangeness]]] = [
        ("largest probability", lambda: unsure),
        ("entropy", lambda: entropy),
    ]
    scores += [(c.name, lambda c=c: c.fit(split, held)) for c in CANDIDATES]  # type: ignore[misc]
    for name, fit in scores:
        score = conformal(fit(), engine, split.x_test)
        print(as_row(name, tabulate(mnist.x_test, kinds, score, RARE)), flush=True)
    typicality = fit_typicality(
        split.x_train, split.y_train, split.x_test, held.argmax(axis=1)
    )
    for size, told in cost(typicality, mnist.x_test).items():
        print(f"\nus a picture in batches of {size}: {told}", end="")
    with tempfile.TemporaryDirectory() as folder:
        write_typicality(Path(folder), typicality)
        size = (Path(folder) / TYPICALITY).stat().st_size
    print(f"\n\n{TYPICALITY}: {size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
