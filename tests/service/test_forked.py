"""The same work in several processes, told apart from one only by its speed."""

import os

import pytest

from service.cli import forked
from service.cli.forked import map_forked


@pytest.fixture(params=[1, 2, 3])
def cpus(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """So many CPUs are there to work on."""
    count = int(request.param)
    monkeypatch.setattr(forked, "available_cpus", lambda: count)
    return count


@pytest.mark.parametrize("tasks", [[], [3], [3, 1, 2, 5, 4]])
def test_results_come_in_the_order_of_the_tasks(cpus: int, tasks: list[int]) -> None:
    held = {"what": "no pickle would take", "lock": object(), "by": 10}

    results = list(map_forked(lambda task: task * int(str(held["by"])), tasks))

    assert results == [task * 10 for task in tasks]


def test_an_error_in_a_fork_is_raised_here(cpus: int) -> None:
    def fail(task: int) -> int:
        if task == 2:
            raise KeyError("no such version")
        return task

    with pytest.raises(KeyError, match="no such version"):
        list(map_forked(fail, [1, 2, 3]))


def test_with_one_cpu_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "available_cpus", lambda: 1)

    assert set(map_forked(lambda _: os.getpid(), [1, 2])) == {os.getpid()}


def test_with_more_cpus_others_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "available_cpus", lambda: 2)

    assert os.getpid() not in set(map_forked(lambda _: os.getpid(), [1, 2]))
