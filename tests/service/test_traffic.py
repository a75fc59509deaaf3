"""Requests of the last ten minutes: counted by many, forgotten in time."""

from service.counting.board import Board
from service.counting.traffic import SLOT_SECONDS, SLOTS, Slot, Traffic, together


class Clock:
    """Says what it is set to."""

    def __init__(self, now: float = 12_345.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_what_became_of_a_request_is_told_by_its_status() -> None:
    traffic = Traffic(Board(rows=1))

    for status in (200, 304, 404, 422, 500):
        traffic.count(status, 1000)

    slot = together(traffic.recent())
    assert slot == Slot(answered=2, refused=2, failed=1, ns=5000)
    assert slot.requests == 5


def test_slots_come_oldest_first_and_the_last_is_that_of_now() -> None:
    clock = Clock()
    traffic = Traffic(Board(rows=1), clock=clock)
    traffic.count(200, 1)
    clock.now += SLOT_SECONDS
    traffic.count(500, 2)

    slots = traffic.recent()

    assert len(slots) == SLOTS
    assert slots[-2:] == (Slot(answered=1, ns=1), Slot(failed=1, ns=2))
    assert set(slots[:-2]) == {Slot()}


def test_all_workers_add_up() -> None:
    board, clock = Board(rows=2), Clock()
    for row in (0, 1):
        Traffic(board, row, clock).count(200, 10)

    assert Traffic(board, clock=clock).recent()[-1] == Slot(answered=2, ns=20)


def test_after_ten_minutes_a_request_is_forgotten() -> None:
    clock = Clock()
    traffic = Traffic(Board(rows=1), clock=clock)
    traffic.count(200, 1)

    clock.now += (SLOTS - 1) * SLOT_SECONDS
    assert traffic.recent()[0].requests == 1
    clock.now += SLOT_SECONDS

    assert together(traffic.recent()) == Slot()


def test_a_slot_that_is_used_again_begins_with_nothing() -> None:
    clock = Clock()
    traffic = Traffic(Board(rows=1), clock=clock)
    traffic.count(500, 1)

    clock.now += SLOTS * SLOT_SECONDS
    traffic.count(200, 2)

    assert traffic.recent()[-1] == Slot(answered=1, ns=2)
    assert together(traffic.recent()).requests == 1


def test_where_the_board_has_no_room_nothing_is_counted_and_nothing_fails() -> None:
    traffic = Traffic(Board(rows=1, names=10))

    traffic.count(200, 1)

    assert together(traffic.recent()) == Slot()
