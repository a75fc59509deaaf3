"""Numbers that forked processes share."""

import os
from collections.abc import Callable

from service.counting.board import NAME_BYTES, Board


def _in_another_process(work: Callable[[], None]) -> None:
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def test_a_total_is_the_sum_over_the_rows() -> None:
    board = Board(rows=2)

    board.add(0, {"asked": 3, "failed": 1})
    board.add(1, {"asked": 4})

    assert board.totals("") == {"asked": 7, "failed": 1}


def test_names_are_found_by_how_they_start_and_come_without_it() -> None:
    board = Board(rows=1)

    board.add(0, {"1/asked": 5, "1/failed": 6, "12/asked": 7})

    assert board.totals("1/") == {"asked": 5, "failed": 6}
    assert board.totals("3/") == {}


def test_the_highest_number_of_any_row_is_found() -> None:
    board = Board(rows=2)

    board.put(0, "last", 9)
    board.put(1, "last", 5)
    board.put(0, "last", 8)

    assert board.highest("last") == 8
    assert board.highest("never") == 0


def test_processes_see_what_each_other_counted_and_outlive_it() -> None:
    board = Board(rows=2)
    board.add(0, {"asked": 1})

    _in_another_process(lambda: board.add(1, {"failed": 2, "asked": 10}))
    board.add(0, {"new": 3})

    assert board.totals("") == {"asked": 11, "failed": 2, "new": 3}


def test_two_processes_that_name_the_same_thing_count_the_same_thing() -> None:
    board = Board(rows=2)

    _in_another_process(lambda: board.add(1, {"a": 1, "b": 2}))
    board.add(0, {"b": 20, "c": 30})

    assert board.totals("") == {"a": 1, "b": 22, "c": 30}


def test_a_name_for_which_there_is_no_room_is_not_counted() -> None:
    board = Board(rows=1, names=2)

    board.add(0, {"a": 1, "b": 2, "c": 3})
    board.put(0, "d", 4)
    board.add(0, {"b": 2})

    assert board.totals("") == {"a": 1, "b": 4}


def test_no_two_living_workers_have_the_same_row() -> None:
    board = Board(rows=4)

    first, second = board.take_row(), board.take_row()
    board.free_row(first)

    assert first != second
    assert board.take_row() == first


def test_with_more_workers_than_rows_the_last_row_is_shared() -> None:
    board = Board(rows=2)

    rows = [board.take_row() for _ in range(4)]
    board.free_row(rows[3])
    board.free_row(rows[2])

    assert rows == [0, 1, 1, 1]
    assert board.take_row() == 1


def test_one_row_can_be_read_alone() -> None:
    board = Board(rows=2)

    board.add(0, {"left": 1})
    board.put(1, "left", 5)

    assert (board.get(0, "left"), board.get(1, "left")) == (1, 5)
    assert board.get(0, "never") == 0


def test_a_block_has_many_numbers_under_one_name() -> None:
    board = Board(rows=2)
    block = board.block("ring", 3)
    board.add(0, {"after": 1})
    assert block is not None

    block[1] += [1, 2, 3]

    again = board.block("ring", 3)
    assert again is not None
    assert again.tolist() == [[0, 0, 0], [1, 2, 3]]
    assert board.totals("") == {"ring": 1, "after": 1}


def test_processes_share_a_block() -> None:
    board = Board(rows=2)

    def count() -> None:
        block = board.block("ring", 2)
        assert block is not None
        block[1, 1] = 7

    _in_another_process(count)
    board.add(0, {"after": 1})

    block = board.block("ring", 2)
    assert block is not None
    assert block.sum() == 7
    assert board.totals("after") == {"": 1}


def test_a_block_for_which_there_is_no_room_is_none() -> None:
    board = Board(rows=1, names=3)

    assert board.block("large", 4) is None
    assert board.block("fits", 3) is not None
    board.add(0, {"late": 1})
    assert board.totals("") == {"fits": 0}


def test_a_name_that_is_too_long_is_not_counted() -> None:
    board = Board(rows=1)

    board.add(0, {"x" * (NAME_BYTES + 1): 1, "y" * NAME_BYTES: 2})

    assert board.totals("") == {"y" * NAME_BYTES: 2}
