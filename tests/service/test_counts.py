"""Counting under the names of metrics."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.counting.board import Board
from service.counting.counts import Counts
from service.counting.drift import Windows
from service.counting.metrics import Metric
from service.counting.outcomes import Outcomes
from tests.fakes import fake_manifest

SHARES = Metric("shares", "histogram", "Shares.", ("kind",), (0.1, 0.5, 0.9), 1e-6)
TIMES = Metric("times", "counter", "Times.", ("kind",))


def test_a_value_at_a_bound_is_in_its_bucket() -> None:
    counts = Counts()

    for value in (0, 100_000, 100_001, 900_000, 900_001, 1_000_000):
        counts.observe(SHARES, ("a",), value)

    assert counts.board.sums("shares|") == {"a": [2, 1, 1, 2, 3_000_002]}


def test_a_value_can_be_put_and_counted() -> None:
    counts = Counts()

    counts.count(TIMES, ("a",))
    counts.count(TIMES, ("a",), by=4)
    counts.put(TIMES, ("b",), 7)
    counts.put(TIMES, ("b",), 6)

    assert counts.board.totals("times|") == {"a": 5, "b": 6}


def test_what_finds_no_room_is_not_counted() -> None:
    counts = Counts(Board(rows=1, names=4))

    counts.observe(SHARES, ("a",), 1)
    counts.observe_all(SHARES, ("a",), np.ones(3, np.float32))
    counts.count(TIMES, ("a",))
    counts.put(TIMES, ("x" * 200,), 5)

    assert counts.board.totals("") == {"times|a": 1}


def test_two_rows_add_up() -> None:
    board = Board(rows=2)

    for row in (0, 1):
        Counts(board, row).observe(SHARES, ("a",), 200_000)

    assert board.sums("shares|") == {"a": [0, 2, 0, 0, 400_000]}


def windows(counts: Counts) -> Windows:
    return Windows(counts.board, counts.row, minutes=60)


shares = st.floats(0, 1, width=32)


@given(st.lists(st.tuples(shares, shares, st.integers(0, 9)), min_size=1, max_size=20))
def test_many_pictures_are_counted_as_one_after_the_other(
    pictures: list[tuple[float, float, int]],
) -> None:
    probabilities = np.zeros((len(pictures), 10), np.float32)
    for row, (confidence, _, digit) in enumerate(pictures):
        probabilities[row, digit] = confidence
    typicality = np.array([share for _, share, _ in pictures], np.float32)
    pixels = np.zeros((len(pictures), 784), np.float32)
    together, alone = Counts(), Counts()

    Outcomes(together, windows(together)).count(
        fake_manifest(), pixels, probabilities, typicality
    )
    for row in range(len(pictures)):
        Outcomes(alone, windows(alone)).count(
            fake_manifest(),
            pixels[row : row + 1],
            probabilities[row : row + 1],
            typicality[row : row + 1],
        )

    assert together.board.sums("") == alone.board.sums("")


def test_no_pictures_are_nothing_to_count() -> None:
    counts = Counts()
    nothing = np.empty((0, 784), np.float32)

    Outcomes(counts, windows(counts)).count(fake_manifest(), nothing, nothing[:, :10])

    assert counts.board.totals("") == {}
