"""Whose time is counted as a part's of the training job."""

import time

import pytest

from benchmarks.job import PARTS, Clock
from training import cli, pipeline


def test_a_clock_counts_what_its_work_takes_each_time() -> None:
    clock = Clock()

    def sleep(seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    work = clock.around(sleep)

    assert [work(0.01), work(seconds=0.02)] == [0.01, 0.02]
    assert clock.wall >= 0.03
    assert clock.processor < clock.wall


def test_work_that_fails_is_counted_and_fails() -> None:
    clock = Clock()

    def fail() -> None:
        time.sleep(0.01)
        raise LookupError("why")

    with pytest.raises(LookupError, match="why"):
        clock.around(fail)()

    assert clock.wall >= 0.01


@pytest.mark.parametrize("name", PARTS)
def test_each_part_is_one_of_the_job(name: str) -> None:
    assert callable(getattr(cli, name, None) or getattr(pipeline, name))
