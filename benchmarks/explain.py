"""What an explanation costs and is worth: `python -m benchmarks.explain`.

Each part in turn with the others, over the forty digits of tests/data, on one core:
the attributions alone, the use case from a PNG, and whole requests without a network,
beside a classification. Then what the first explanation adds, and what a digit loses
when the ink that spoke loudest for it is erased.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.app import create_app
from service.classifier import Classifier
from service.digits import to_pixels
from service.engines import ENGINES, Engine, EngineName, open_engine
from service.explanation import attribute, compared
from service.serving.store import Store
from service.settings import Settings
from service.uploads import read_upload

FILES = Path("tests/data/digits")
Ask = Callable[[bytes], object]


def microseconds(
    asks: Mapping[str, Ask], files: list[bytes], rounds: int
) -> dict[str, list[float]]:
    """What each of `asks` took for each file, round by round, in turns."""
    times: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(rounds):
        for file in files:
            for name, ask in asks.items():
                since = time.perf_counter()
                ask(file)
                times[name].append((time.perf_counter() - since) * 1e6)
    return times


def parts(settings: Settings, files: list[bytes]) -> dict[str, Ask]:
    """What is measured, by name, over the default version."""
    store = Store(settings)
    store.load()
    classifier, proved = Classifier(store, settings), store.find(None, None)
    client = create_app(settings).test_client()
    read = {file: read_upload(file, "auto", settings.max_pixels) for file in files}
    pixels = {file: to_pixels(found.digit) for file, found in read.items()}

    def ask(path: str, accept: str) -> Ask:
        headers = {"Accept": accept, "Content-Type": "image/png"}
        return lambda file: client.post(path, data=file, headers=headers)

    return {
        "attributions": lambda file: attribute(
            proved.engine.weights, pixels[file], 4, 9
        ),
        "use case": classifier.explain,
        "answer, numbers": ask("/v1/explain", "application/json"),
        "answer, picture": ask("/v1/explain", "image/png"),
        "a classification": ask("/v1/classify", "application/json"),
    }


def first(folder: Path, engine: EngineName) -> tuple[float, int]:
    """Milliseconds and bytes that the weights of a version take, once."""
    opened = open_engine(engine, folder)
    since = time.perf_counter()
    weights = opened.weights
    took = (time.perf_counter() - since) * 1e3
    return took, sum(array.nbytes for array in vars(weights).values())


def erased(engine: Engine, pixels: NDArray[np.float32]) -> dict[str, list[float]]:
    """The logits that a digit loses against its runner-up with a tenth of its ink.

    `pixels` is float32 [784]. By which tenth: what spoke loudest for the digit, loudest
    against it, or a random one; first in each list the loss, then 1 where the digit
    is read as another.
    """
    digit, rival = compared(engine.predict(pixels[None])[0], None, None)
    whole = attribute(engine.weights, pixels, digit, rival)
    inked = np.flatnonzero(pixels)
    quietest = inked[whole.pixels[inked].argsort()]
    tenth = len(inked) // 10
    drawn = np.random.default_rng(1).permutation(inked)[:tenth]
    lost = {}
    for name, rows in {
        "loudest for it": quietest[-tenth:],
        "loudest against it": quietest[:tenth],
        "at random": drawn,
    }.items():
        left = pixels.copy()
        left[rows] = 0
        rest = attribute(engine.weights, left, digit, rival)
        other = float(rest.logits.argmax() != digit)
        lost[name] = [float(whole.difference - rest.difference), other]
    return lost


def print_erased(engine: Engine, files: list[bytes]) -> None:
    """What each tenth of the ink was worth, over all digits."""
    digits = [read_upload(file, "auto", 10**6).digit for file in files]
    lost = [erased(engine, to_pixels(digit)) for digit in digits]
    print("\na tenth of the ink erased    logits lost    read as another")
    for name in lost[0]:
        mean, others = np.mean([one[name] for one in lost], axis=0)
        print(f"{name:24}{mean:16.2f}{others * len(lost):13.0f} of {len(lost)}")


def main() -> int:
    """Print microseconds by part, what the first explanation adds, and its worth."""
    given = _parser().parse_args()
    settings = Settings(models_dir=given.models, engine=given.engine)
    files = [path.read_bytes() for path in sorted(FILES.glob("*.png"))]
    asks = parts(settings, files)
    microseconds(asks, files[:3], rounds=3)
    print(f"{'microseconds':18}{'median':>10}{'p95':>10}{'least':>10}")
    for name, times in microseconds(asks, files, given.rounds).items():
        told = [np.median(times), np.percentile(times, 95), min(times)]
        print(f"{name:18}" + "".join(f"{number:10.0f}" for number in told))
    took, size = first(given.models / "mnist" / "2", given.engine)
    print(f"\nthe first of a version: {took:.1f} ms and {size:,} bytes more, kept")
    print_erased(open_engine(given.engine, given.models / "mnist" / "2"), files)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explain")
    add = parser.add_argument
    add("--models", type=Path, default=Path("models"), help="that are served")
    add("--engine", choices=ENGINES, default="litert", help="litert by default")
    add("--rounds", type=int, default=10, help="over the forty digits")
    return parser


if __name__ == "__main__":
    sys.exit(main())
