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
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.typicality_scores import (
    CANDIDATES,
    Fitted,
    Strangeness,
    doubt,
    entropy,
)
from service.artifact import TYPICALITY
from service.digits import to_pixels
from service.engines import Engine
from service.serving.proof import prove
from service.typicality import Typicality, write_typicality
from training.data import Mnist, load_mnist
from training.measuring.scores import RARE
from training.measuring.strange_pictures import FASHION, Pictures, strangers
from training.measuring.strangers import Score, Table, as_uploaded, tabulate
from training.sources import sources
from training.typicality import fit_typicality, p_values

GROUPS = ("fashion", "noise", "blank", "letters", "two")


def conformal(strangeness: Strangeness, engine: Engine, held_back: Pictures) -> Score:
    """The p-values of a score by the held-back digits."""

    def raw(pictures: Pictures) -> NDArray[np.float32]:
        answers = engine.predict(to_pixels(pictures))
        return np.asarray(strangeness(pictures, answers), np.float32)

    steps, p = p_values(raw(held_back))
    return lambda pictures: p.take(steps.searchsorted(raw(pictures)))


def as_row(name: str, table: Table) -> str:
    """One line of the comparison, in Markdown."""
    cells = []
    for group in GROUPS:
        found = [row.auroc for row in table.rows if row.group == group]
        cells.append(f"{np.mean(found):.3f}" if found else "")
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
    given = _parser().parse_args()
    mnist = load_mnist(sources(given.data, os.environ))
    split, engine = mnist.split(), prove(given.version, "litert").engine
    kinds = list(strangers(mnist.x_test, given.fashion))
    if given.uploaded:
        kinds = [as_uploaded(kind) for kind in kinds]
    held = engine.predict(to_pixels(split.x_test))
    print(f"| AUROC | {' | '.join(GROUPS)} | mean | digits below 0.01 |")
    print(f"|---|{'---:|' * (len(GROUPS) + 2)}")
    for name, strangeness in _candidates(split, held):
        score = conformal(strangeness, engine, split.x_test)
        print(as_row(name, tabulate(mnist.x_test, kinds, score, RARE)), flush=True)
    _print_cost(split, held.argmax(axis=1))
    return 0


def _candidates(
    split: Mnist, held: NDArray[np.float32]
) -> Iterator[tuple[str, Strangeness]]:
    yield "the network's largest probability", doubt
    yield "the entropy of its answer", entropy
    for candidate in CANDIDATES:
        yield candidate.name, Fitted(candidate, split, held)


def _print_cost(split: Mnist, read: NDArray[np.intp]) -> None:
    """The time and the bytes that the score which is served takes."""
    typicality = fit_typicality(split.x_train, split.y_train, split.x_test, read)
    for size, told in cost(typicality, split.x_test).items():
        print(f"\nus a picture in batches of {size}: {told}", end="")
    with tempfile.TemporaryDirectory() as folder:
        write_typicality(Path(folder), typicality)
        size = (Path(folder) / TYPICALITY).stat().st_size
    print(f"\n\n{TYPICALITY}: {size:,} bytes")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.typicality")
    add = parser.add_argument
    add("--version", type=Path, default=Path("models/mnist/1"), help="that reads")
    add("--uploaded", action="store_true", help="as preprocess=auto makes of them")
    add("--data", type=Path, metavar="PATH", help="MNIST, as mnist-train takes it")
    add("--fashion", type=Path, default=FASHION, metavar="FOLDER", help=str(FASHION))
    return parser


if __name__ == "__main__":
    sys.exit(main())
