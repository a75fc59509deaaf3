"""How many files mnist-classify reads in a second, its own start included.

    python -m benchmarks.files --data FOLDER --rounds 3

Writes MNIST's test pictures as PNG files, then reads them all, and one alone, which
is what starting and proving the model takes. Prints wall and processor seconds.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from service.cpus import available_cpus
from training.data import load_mnist
from training.sources import sources


def main() -> None:
    """Print each round, then the files a second of the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="as mnist-train takes it")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write(options.data, Path(folder))
        rounds = [(read(files[:1]), read(files)) for _ in range(options.rounds)]
    print(f"{len(files):,} files on {available_cpus()} CPUs; seconds, wall and CPU")
    for (one, one_cpu), (all_, all_cpu) in rounds:
        print(f"one file {one:5.2f} {one_cpu:5.2f}   all {all_:5.2f} {all_cpu:5.2f}")
    wall = statistics.median(all_ for _, (all_, _) in rounds)
    processor = statistics.median(cpu for _, (_, cpu) in rounds)
    print(
        f"{len(files) / wall:,.0f} files/s; {processor / len(files) * 1e6:.0f} us each"
    )


def write(data: Path | None, folder: Path) -> list[str]:
    """The test pictures as PNG files in `folder`."""
    files = []
    for number, digit in enumerate(load_mnist(sources(data, os.environ)).x_test):
        files.append(f"{folder}/{number:05}.png")
        Image.fromarray(digit.reshape(28, 28)).save(files[-1])
    return files


def read(files: Sequence[str]) -> tuple[float, float]:
    """(wall, processor) seconds of mnist-classify on `files`."""
    command = [sys.executable, "-m", "service.cli.classify", "--json", *files]
    since, before = time.perf_counter(), _children()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - since, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
