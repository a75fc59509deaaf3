"""How long it takes from a picture's bytes to the digit that the network reads.

    python -m benchmarks.pictures [--runs 500] [--large-runs 10]

Prints microseconds of processor time on one core, so that what else the machine does
counts little: `read_picture`, of it Pillow's own opening and decoding, `prepare`, and
both. The targets stand beside; nothing fails where one is missed.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from benchmarks.drawings import Drawing, large_drawings, small_drawings
from service.normaliser import prepare
from service.pictures import FORMATS, read_picture

MOST = 25_000_000
HEADS = ("Pillow", "decode", "p95", "normalise", "p95", "both", "p95", "least")


def main() -> None:
    """Print the table of times, then the memory that large pictures take."""
    options = _options()
    _pin()
    print(f"Pillow with zlib {features.version('zlib')}; p50 and p95 in microseconds")
    heads = "".join(f"{head:>10}" for head in (*HEADS, "target"))
    print(f"{'picture':28}{'kB':>8}{heads}")
    measure_all(small_drawings(), options.runs)
    large = list(large_drawings())
    measure_all(large, options.large_runs)
    print(f"\n{'memory in MB':28}{'before':>10}{'peak':>10}{'added':>10}{'target':>10}")
    for drawing in large:
        before, peak = weigh(drawing)
        added = peak - before
        print(f"{drawing.name:28}{before:10.0f}{peak:10.0f}{added:10.0f}{100:10}")


def measure_all(drawings: Iterable[Drawing], runs: int) -> None:
    """Print a line for each of `drawings`, read `runs` times."""
    for drawing in drawings:
        times = measure(drawing.encoded, runs)
        p50, p95 = np.percentile(times, (50, 95), axis=0)
        pillow, decode, normalise, both = zip(p50, p95, strict=True)
        figures = (pillow[0], *decode, *normalise, *both, times[:, 3].min())
        line = "".join(f"{figure:10.0f}" for figure in figures)
        size = len(drawing.encoded) / 1000
        print(
            f"{drawing.name:28}{size:8.1f}{line}{drawing.target or '':>10}", flush=True
        )


def measure(encoded: bytes, runs: int) -> NDArray[np.float64]:
    """Microseconds of Pillow alone, decoding, normalising and these two: [runs, 4].

    A tenth as many runs before them do not count.
    """
    clock = time.process_time_ns
    times = []
    for _ in range(runs // 10 + runs):
        began = clock()
        Image.open(io.BytesIO(encoded), formats=FORMATS).load()
        opened = clock()
        picture = read_picture(encoded, MOST)
        decoded = clock()
        prepare(picture, "auto")
        done = clock()
        times.append((opened - began, decoded - opened, done - decoded, done - opened))
    return np.array(times[-runs:]) / 1000


def weigh(drawing: Drawing) -> tuple[float, float]:
    """Megabytes of a process of its own before it reads `drawing`, and at the most."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "picture")
        file.write_bytes(drawing.encoded)
        command = [sys.executable, "-m", "benchmarks.peak", str(file)]
        before, peak = subprocess.check_output(command, text=True).split()
    return float(before), float(peak)


def _pin() -> None:
    """Stay on one core, where the system lets a process choose."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500, help="of each small picture")
    parser.add_argument("--large-runs", type=int, default=10, help="of each large one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
