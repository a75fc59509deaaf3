"""How many CPUs a container really has, told by a made-up /sys and /proc."""

import os
from pathlib import Path

import pytest

from service.cpus import available_cpus


@pytest.fixture(autouse=True)
def _eight_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_without_a_cgroup_all_allowed_cpus_count(tmp_path: Path) -> None:
    assert available_cpus(tmp_path) == 8


def test_without_affinity_all_cpus_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 5)

    assert available_cpus(tmp_path) == 5


@pytest.mark.parametrize(
    ("limit", "cpus"),
    [
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("1600000 100000\n", 8),
        ("max 100000\n", 8),
        ("100000 0\n", 8),
        ("nonsense\n", 8),
    ],
)
def test_a_cgroup_v2_quota_is_rounded_up(tmp_path: Path, limit: str, cpus: int) -> None:
    _write(tmp_path, "sys/fs/cgroup/cpu.max", limit)

    assert available_cpus(tmp_path) == cpus


@pytest.mark.parametrize(
    ("outer", "inner", "cpus"),
    [
        ("max 100000", "300000 100000", 3),
        ("200000 100000", "max 100000", 2),
        ("200000 100000", "400000 100000", 2),
    ],
)
def test_of_nested_cgroups_the_tightest_counts(
    tmp_path: Path, outer: str, inner: str, cpus: int
) -> None:
    _write(tmp_path, "proc/self/cgroup", "1:name=x:/y\n0::/a.slice/b.scope\n")
    _write(tmp_path, "sys/fs/cgroup/a.slice/cpu.max", outer)
    _write(tmp_path, "sys/fs/cgroup/a.slice/b.scope/cpu.max", inner)

    assert available_cpus(tmp_path) == cpus


@pytest.mark.parametrize(("quota", "cpus"), [("300000", 3), ("-1", 8)])
def test_a_cgroup_v1_quota_counts(tmp_path: Path, quota: str, cpus: int) -> None:
    _write(tmp_path, "proc/self/cgroup", "4:cpu,cpuacct:/\n")
    _write(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota)
    _write(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000")

    assert available_cpus(tmp_path) == cpus
