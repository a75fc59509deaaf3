"""How long the service takes from its start to ready, and how much memory it holds.

    python -m benchmarks.start [--runs 5] [--engine litert tensorflow]

Time is wall time from the start of `mnist-serve` to the first 200 of /readyz.
Memory of a worker and of the master is proportional (PSS of /proc/PID/smaps_rollup):
what several processes share is counted in parts. Together counts each page once, where
root asks. Linux only.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers.processes import mebibytes, proportional_mebibytes

PICTURE = Path(__file__).parents[1] / "tests/data/digits/7_0.png"
REQUESTS = 400
PORT = 8471


@dataclass(frozen=True)
class Start:
    """One start: seconds to ready, and MiB held once requests were answered."""

    seconds: float
    master: float
    workers: tuple[float, ...]
    together: float


def main() -> None:
    """Print the medians over several starts of each engine, with two workers."""
    options = _options()
    print(f"{'engine':12}{'ready':>9}{'a worker':>12}{'master':>12}{'together':>12}")
    for engine in options.engine:
        starts = [measure(engine) for _ in range(options.runs)]
        worker = max(max(start.workers) for start in starts)
        master = statistics.median(start.master for start in starts)
        total = statistics.median(start.together for start in starts)
        seconds = statistics.median(start.seconds for start in starts)
        print(
            f"{engine:12}{seconds:7.2f} s{worker:8.1f} MiB"
            f"{master:8.1f} MiB{total:8.1f} MiB"
        )


def measure(engine: str) -> Start:
    """Start the service once, ask it a few hundred times, weigh it, stop it."""
    environ = {"MNIST_ENGINE": engine, "WORKERS": "2", "PORT": str(PORT)}
    # The first start compiles what the others find compiled, as pip leaves it.
    inherited = {**os.environ} | {"PYTHONDONTWRITEBYTECODE": ""}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli.serve"],
        env=inherited | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _ready():
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        for _ in range(REQUESTS):
            _classify()
        workers = tuple(map(proportional_mebibytes, _children(process.pid)))
        master = proportional_mebibytes(process.pid)
        return Start(seconds, master, workers, mebibytes(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="starts of each engine")
    parser.add_argument("--engine", nargs="+", default=["litert", "tensorflow"])
    return parser.parse_args()


def _ready() -> bool:
    try:
        with urllib.request.urlopen(_url("/readyz"), timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _classify() -> None:
    request = urllib.request.Request(  # noqa: S310, our own address
        _url("/v1/classify"), PICTURE.read_bytes(), {"Content-Type": "image/png"}
    )
    urllib.request.urlopen(request, timeout=60).read()  # noqa: S310


def _url(path: str) -> str:
    return f"http://127.0.0.1:{PORT}{path}"


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


if __name__ == "__main__":
    main()
