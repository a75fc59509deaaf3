"""What the drift gauges tell of what is sent: `python -m benchmarks.drift`.

MNIST's test pictures, as they are and changed, through the service's own classifier
in both ways of reading pictures; then how far samples of them are by chance alone.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.classifier import Classifier
from service.counting.drift import FEWEST, Drift, Window
from service.counting.statistics import Statistics
from service.digits import ink_of, to_pixels
from service.fingerprint import Fingerprint
from service.normaliser import Preprocess
from service.serving.proof import ProvedModel, prove
from service.serving.snapshot import Snapshot
from service.serving.store import Store
from service.settings import Settings
from training.data import Mnist, load_mnist
from training.measuring.corruptions import CORRUPTIONS, corrupted
from training.sources import sources

Pictures = NDArray[np.uint8]
FIRST_DIGITS = np.log10(1 + 1 / np.arange(1, 10))
"""How often amounts begin with 1 to 9 (Benford 1938)."""
SAMPLES = (FEWEST, 1000, 5000)
DRAWS = 2000


def streams(mnist: Mnist, seed: int = 1) -> Iterator[tuple[str, Pictures]]:
    """What might be sent, by name: pictures uint8 [n, 784]."""
    digits, labels = mnist.x_test, mnist.y_test
    random = np.random.default_rng(seed)
    yield "as they are", digits
    wanted = random.choice(np.arange(1, 10), len(digits), p=FIRST_DIGITS)
    rows = [random.choice(np.flatnonzero(labels == digit)) for digit in wanted]
    yield "first digits of amounts", digits[rows]
    yield "a tenth are sevens more", _with_more(digits, labels, 7, random)
    thick = np.lib.stride_tricks.sliding_window_view(
        np.pad(digits.reshape(-1, 28, 28), ((0, 0), (1, 1), (1, 1))), (3, 3), (1, 2)
    )
    yield "a thicker pen", thick.max(axis=(3, 4)).reshape(-1, 784)
    for corruption in CORRUPTIONS:
        changed = corrupted(corruption, digits.reshape(-1, 28, 28), seed)
        yield corruption.name, changed.reshape(-1, 784)
    yield "no digits but noise", random.integers(0, 256, digits.shape, np.uint8)


def _with_more(
    digits: Pictures, labels: NDArray[np.uint8], digit: int, random: np.random.Generator
) -> Pictures:
    more = random.choice(np.flatnonzero(labels == digit), len(digits) // 9)
    return np.concatenate([digits, digits[more]])


def drift_of(model: ProvedModel, pictures: Pictures, how: Preprocess) -> Drift:
    """What the service would tell once it had been sent `pictures`."""
    settings, statistics = Settings(model=model.manifest.name), Statistics()
    store = Store(settings)
    version = model.manifest.version
    store.serve(Snapshot({version: model}, {}, version))
    classifier = Classifier(store, settings, statistics)
    for batch in np.array_split(pictures, len(pictures) // 1000):
        classifier.classify(batch, preprocess=how)
    board, seconds = statistics.counts.board, 60.0 * settings.drift_minutes
    return Window(board, 0, model.manifest, _fingerprint(model), seconds).drift()


def by_chance(model: ProvedModel, pictures: Pictures, size: int) -> list[Drift]:
    """The drift of many samples of `size` pictures, none of which has any."""
    answers = model.engine.predict(to_pixels(pictures))
    digits, confidence = answers.argmax(axis=1), answers.max(axis=1)
    ink, random = ink_of(to_pixels(pictures)), np.random.default_rng(size)
    clock = [0.0]
    window = Window(
        Statistics().counts.board,
        0,
        model.manifest,
        _fingerprint(model),
        seconds=60.0,
        clock=lambda: clock[0],
    )
    found = []
    for _ in range(DRAWS):
        clock[0] += 120.0  # to each sample the window is empty
        rows = random.integers(0, len(pictures), size)
        window.add(digits[rows], confidence[rows], ink[rows])
        found.append(window.drift())
    return found


def _fingerprint(model: ProvedModel) -> Fingerprint:
    if model.manifest.fingerprint is None:
        raise SystemExit(f"version {model.manifest.version} carries no fingerprint")
    return model.manifest.fingerprint


def main() -> int:
    """Print a row for each stream and way of reading, then what chance does."""
    given = _parser().parse_args()
    mnist = load_mnist(sources(given.data, os.environ))
    model = prove(given.version, "litert")
    print("| sent | read | pictures | digit | confidence | ink |")
    print("|---|---|---:|---:|---:|---:|")
    for name, pictures in streams(mnist):
        for how in ("auto", "exact"):
            print(_row(name, how, drift_of(model, pictures, how)), flush=True)
    print(
        "\n| pictures without drift | digit | confidence | ink |\n|---:|---:|---:|---:|"
    )
    for size in SAMPLES:
        print(_chances(size, by_chance(model, mnist.x_test, size)), flush=True)
    return 0


def _row(name: str, how: str, drift: Drift) -> str:
    indices = (drift.digit, drift.confidence, drift.ink)
    told = " | ".join("" if index is None else f"{index:.3f}" for index in indices)
    return f"| {name} | {how} | {drift.pictures:,} | {told} |"


def _chances(size: int, drifts: list[Drift]) -> str:
    columns = np.array([(d.digit, d.confidence, d.ink) for d in drifts], np.float64)
    told = [
        f"{column.mean():.3f}, 1 in 1000 above {np.quantile(column, 0.999):.3f}"
        for column in columns.T
    ]
    return f"| {size:,} | {' | '.join(told)} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift")
    add = parser.add_argument
    add("--version", type=Path, default=Path("models/mnist/2"), help="that reads")
    add("--data", type=Path, metavar="PATH", help="MNIST, as mnist-train takes it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
