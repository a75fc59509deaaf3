"""The memory that several processes hold together, each page of it counted once.

Whoever else has the same pages: a library's are there for every process that runs
it, and in proportional shares a server looks lighter the more others run beside it.
Linux only; which pages a process has, root alone is told, and not in every container.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PAGE = 4096
_ENTRY = 8  # bytes of /proc/PID/pagemap for a page
_CHUNK = 2**20
_PRESENT, _FRAME = np.uint64(1 << 63), np.uint64((1 << 55) - 1)
_RANGE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) .*\n(?:[A-Z].*\n)*?Rss: +[1-9]", re.M)
"""In /proc/PID/smaps, addresses of which some pages are in memory."""


def held_mebibytes(pids: Iterable[int]) -> float | None:
    """What these processes hold together; None where that may not be seen.

    One that ends meanwhile is left out.
    """
    parts = [part for pid in pids for part in _frames(pid)]
    frames = np.unique(np.concatenate(parts)) if parts else np.empty(0)
    hidden = not frames.any()  # all numbers are 0 for others than root
    return None if hidden else len(frames) * PAGE / 2**20


def _frames(pid: int) -> Iterator[NDArray[np.uint64]]:
    """The numbers of the page frames that a process has, in some parts."""
    try:
        ranges = _RANGE.findall(Path(f"/proc/{pid}/smaps").read_text())
        with Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pagemap:
            for start, end in ranges:
                pagemap.seek(int(start, 16) // PAGE * _ENTRY)
                left = (int(end, 16) - int(start, 16)) // PAGE * _ENTRY
                while left > 0 and (read := pagemap.read(min(left, _CHUNK))):
                    left -= len(read)
                    entries = np.frombuffer(read, np.uint64)
                    yield entries[entries & _PRESENT != 0] & _FRAME
    except OSError:
        return
