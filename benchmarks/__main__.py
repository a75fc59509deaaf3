"""Run every benchmark in turn: `make bench`."""

import subprocess
import sys

BENCHMARKS = (
    ("benchmarks.bulk",),
    ("benchmarks.calls",),
    ("benchmarks.drift",),
    ("benchmarks.explain",),
    ("benchmarks.files",),
    ("benchmarks.job",),
    ("benchmarks.pictures",),
    ("benchmarks.start",),
    ("benchmarks.training",),
    ("benchmarks.typicality",),
    ("pytest", "-q", "benchmarks/test_micro.py", "--benchmark-sort=name"),
    ("benchmarks.servers",),  # last: it takes half an hour, and needs wrk
)


def main() -> int:
    """Each in a process of its own; the exit code of the first that fails."""
    for command in BENCHMARKS:
        print(f"\n== {' '.join(command)}", flush=True)
        code = subprocess.run([sys.executable, "-m", *command], check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
