"""How many CPUs this process may really use: its affinity and its cgroup quota.

In a container limited to two CPUs of sixty-four, the answer is two.
"""

import math
import os
from pathlib import Path


def available_cpus(root: Path = Path("/")) -> int:
    """Whole CPUs, at least 1; `root` is where /sys and /proc are looked for."""
    affinity = getattr(os, "sched_getaffinity", None)  # absent on macOS
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, math.ceil(min(allowed, _quota(root))))


def _quota(root: Path) -> float:
    """CPUs that the tightest cgroup on the way up allows; inf where none does."""
    cgroups = root / "sys/fs/cgroup"
    own = cgroups / _own_cgroup(root).lstrip("/")
    folders = [own, *own.parents]
    v2 = [_ratio(_read(folder / "cpu.max")) for folder in folders]
    v1 = cgroups / "cpu"
    limits = f"{_read(v1 / 'cpu.cfs_quota_us')} {_read(v1 / 'cpu.cfs_period_us')}"
    return min(*v2, _ratio(limits))


def _own_cgroup(root: Path) -> str:
    for line in _read(root / "proc/self/cgroup").splitlines():
        if line.startswith("0::"):
            return line.removeprefix("0::")
    return "/"


def _ratio(limits: str) -> float:
    """CPUs in "quota period", both in microseconds; "max" and -1 mean no limit."""
    match limits.split():
        case [quota, period] if quota.isdigit() and period.isdigit():
            return int(quota) / int(period) if int(period) else math.inf
        case _:
            return math.inf


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
