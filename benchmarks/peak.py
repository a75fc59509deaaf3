"""The memory that reading one picture takes, in a process of its own. Linux only.

    python -m benchmarks.peak FILE

Prints the process's megabytes before, when it has read a small picture, and at the
most while it reads FILE, its encoded bytes included.
"""

import re
import sys
from pathlib import Path

from benchmarks.drawings import DIGIT
from service.normaliser import prepare
from service.pictures import read_picture


def main() -> None:
    """Read the small picture, then the one asked for."""
    prepare(read_picture(DIGIT.read_bytes(), 10**9), "auto")
    before = _megabytes("VmRSS")
    prepare(read_picture(Path(sys.argv[1]).read_bytes(), 10**9), "auto")
    print(f"{before:.1f} {_megabytes('VmHWM'):.1f}")


def _megabytes(field: str) -> float:
    """A field of /proc/self/status: VmRSS is held now, VmHWM was the most."""
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


if __name__ == "__main__":
    main()
