"""How long the whole training job takes, cold, and where its time goes.

    python -m benchmarks.job [options of mnist-train]

Runs `mnist-train` of the seed recipe once, in a process of its own that has loaded
nothing, into an empty folder: from the start of the process to the published version.
The parts are those of `training.pipeline`, in wall time and in processor time of all
threads; what comes before the first of them is Python's start and TensorFlow's import.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training import cli
from training.libraries import import_tensorflow

PARTS = {
    "import_tensorflow": "importing TensorFlow and Keras",
    "load_mnist": "reading the data and its checksums",
    "fit": "fitting: five epochs, then the twin's five",
    "judge": "test set, calibration, typicality, fingerprint",
    "write_models": "exporting in three formats",
    "write_report": "model card and its pictures",
    "prove_engines": "both engines on all test pictures",
    "release": "gate, publishing",
}
"""By the function that does it."""


@dataclass
class Clock:
    """What was spent in one part: seconds by the wall, and of processors."""

    wall: float = 0.0
    processor: float = 0.0

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, with its time counted each time that it is done."""

        def timed(*arguments: Any, **options: Any) -> Any:
            wall, processor = time.perf_counter(), time.process_time()
            try:
                return work(*arguments, **options)
            finally:
                self.wall += time.perf_counter() - wall
                self.processor += time.process_time() - processor

        return timed


def main() -> int:
    """Start the job in a process that has loaded nothing; its exit code."""
    options, asked = _parser().parse_known_args()
    if options.began is not None:
        return job(options.began, asked)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.job", f"--began={time.time()}"]
        asked += ["--models-dir", folder]
        return subprocess.run([*command, *asked], check=False).returncode


def job(began: float, arguments: list[str]) -> int:
    """Run `mnist-train` with a clock around each part, and print them."""
    clocks = {name: Clock() for name in PARTS}
    pipeline = clocks["import_tensorflow"].around(_import_all)()
    for module in (cli, pipeline):
        for name, clock in clocks.items():
            if hasattr(module, name):
                setattr(module, name, clock.around(getattr(module, name)))
    code = cli.main(arguments)
    whole = Clock(time.time() - began, time.process_time())
    told = {text: clocks[name] for name, text in PARTS.items()}
    told["all else: Python's start, small files"] = Clock(
        whole.wall - sum(clock.wall for clock in told.values()),
        whole.processor - sum(clock.processor for clock in told.values()),
    )
    told["from the start of the process to the published version"] = whole
    for text, clock in told.items():
        print(f"{text:56}{clock.wall:7.1f} s{clock.processor:8.1f} s cpu")
    return code


def _import_all() -> Any:
    """TensorFlow, and the pipeline, which imports Keras."""
    import_tensorflow()
    from training import pipeline

    return pipeline


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.job",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
