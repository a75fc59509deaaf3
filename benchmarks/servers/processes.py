"""What a server's processes use and hold, read from /proc. Linux only.

Starting and stopping them is left to `running`.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pages import held_mebibytes

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """One process as /proc/PID/stat tells of it.

    `seconds` of processor time, user and system, its own and that of the children
    it has waited for. `started` in ticks since boot: with the id, it is unique.
    """

    pid: int
    parent: int
    session: int
    seconds: float
    started: int


def parse_stat(text: str) -> Process:
    """Read a line of /proc/PID/stat, whose second field may hold anything."""
    pid, _, rest = text.partition(" (")
    fields = rest.rpartition(")")[2].split()
    # Numbered from 3 in proc(5): utime, stime, cutime and cstime are 14 to 17.
    ticks = sum(int(field) for field in fields[11:15])
    return Process(
        int(pid), int(fields[1]), int(fields[3]), ticks / _TICKS, int(fields[19])
    )


def all_processes() -> list[Process]:
    """Every process of this machine that can be seen."""
    found = (
        read_process(int(entry.name)) for entry in PROC.iterdir() if _is_pid(entry)
    )
    return [process for process in found if process is not None]


def read_process(pid: int) -> Process | None:
    """One process, None where it is gone."""
    try:
        return parse_stat((PROC / str(pid) / "stat").read_text())
    except OSError:
        return None


def tree_of(leader: int, processes: Iterable[Process]) -> list[Process]:
    """The leader of a session, who else is in it, and the descendants of all these.

    So that a child which has lost its parent is counted, and one with a session
    of its own.
    """
    known = list(processes)
    family = {p.pid for p in known if leader in (p.pid, p.session)}
    grown = True
    while grown:
        children = {p.pid for p in known if p.parent in family} - family
        family |= children
        grown = bool(children)
    return [process for process in known if process.pid in family]


def processor_seconds(leader: int) -> float:
    """What the tree under `leader` has used so far, to a hundredth or so."""
    return sum(process.seconds for process in tree_of(leader, all_processes()))


def mebibytes(leader: int) -> float:
    """What the tree under `leader` holds, each page counted once.

    In proportional shares where only root may see which pages those are.
    """
    pids = [process.pid for process in tree_of(leader, all_processes())]
    once = held_mebibytes(pids)
    return sum(map(proportional_mebibytes, pids)) if once is None else once


def proportional_mebibytes(pid: int) -> float:
    """What one process holds; what several share is counted in parts. 0 if gone."""
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0.0  # gone, or a zombie
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _is_pid(entry: Path) -> bool:
    return entry.name.isdigit()
