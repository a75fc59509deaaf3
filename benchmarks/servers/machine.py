"""Where and with what the figures were made."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.servers.running import ROOT


@dataclass(frozen=True)
class Machine:
    """The machine and the moment.

    load: runnable processes, averaged over the minute before: near 0 on a quiet one.
    commit: of this project, with "+" where files were changed since.
    """

    date: str
    cpu: str
    cores: int
    memory_gib: float
    kernel: str
    python: str
    load: float
    commit: str


def this_machine() -> Machine:
    """As it is now."""
    return Machine(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        _cpu(),
        len(os.sched_getaffinity(0)),
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        platform.release(),
        platform.python_version(),
        os.getloadavg()[0],
        _commit(),
    )


def _cpu() -> str:
    told = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1] if found else platform.machine()


def _commit() -> str:
    """Short, empty where this is no git clone."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
