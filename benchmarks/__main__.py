"""Run every benchmark in turn: `make bench`."""

import subprocess
import sys

BENCHMARKS = (
    "benchmarks.bulk",
    "benchmarks.explain",
    "benchmarks.files",
    "benchmarks.pictures",
    "benchmarks.start",
    "benchmarks.training",
    "benchmarks.typicality",
)


def main() -> int:
    """Each in a process of its own; the exit code of the first that fails."""
    for module in BENCHMARKS:
        print(f"\n== {module}", flush=True)
        code = subprocess.run([sys.executable, "-m", module], check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
