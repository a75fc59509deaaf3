"""What workers know of each other's connections."""

import os

import pytest

from service.workers.crowd import Crowd


def test_a_worker_sees_what_the_others_hold_and_not_what_it_holds() -> None:
    crowd = Crowd(rows=4)

    crowd.tell(0, 7)
    crowd.tell(1, 5)
    crowd.tell(3, 2)

    assert sorted(crowd.others(0)) == [2, 5]
    assert sorted(crowd.others(1)) == [2, 7]
    assert sorted(crowd.others(2)) == [2, 5, 7]


def test_one_that_holds_nothing_is_there_and_one_that_left_is_not() -> None:
    crowd = Crowd(rows=3)

    crowd.tell(0, 0)
    crowd.tell(1, 9)
    crowd.leave(1)

    assert crowd.others(2) == [0]
    assert crowd.others(0) == []


def test_the_last_that_a_worker_told_counts() -> None:
    crowd = Crowd(rows=2)

    crowd.tell(0, 3)
    crowd.tell(0, 1)

    assert crowd.others(1) == [1]


def test_what_one_process_tells_all_see() -> None:
    crowd = Crowd(rows=2)

    pid = os.fork()
    if pid == 0:
        crowd.tell(1, 4)
        os._exit(0)
    os.waitpid(pid, 0)

    assert crowd.others(0) == [4]


def test_there_is_no_row_after_the_last() -> None:
    with pytest.raises(IndexError):
        Crowd(rows=2).tell(2, 1)
