"""What was counted, read back as values."""

from pathlib import Path

import pytest

from service.counting import metrics
from service.counting.board import Board
from service.counting.counts import Counts
from service.measured import Distribution, Measured
from service.serving.store import Store
from service.settings import Settings


@pytest.fixture
def board() -> Board:
    return Board(rows=2)


@pytest.fixture
def measured(board: Board, tmp_path: Path) -> Measured:
    settings = Settings(models_dir=tmp_path)
    return Measured(board, Store(settings), settings)


def test_a_quantile_is_found_within_its_bucket() -> None:
    ten = Distribution((1.0, 2.0, 4.0), (5, 5, 0, 0), 12.0)

    assert ten.quantile(0.5) == 1.0
    assert ten.quantile(0.25) == 0.5
    assert ten.quantile(0.75) == 1.5
    assert ten.quantile(1) == 2.0
    assert ten.mean == 1.2


def test_above_the_last_bound_a_quantile_is_that_bound() -> None:
    assert Distribution((1.0, 2.0), (0, 0, 3), 30.0).quantile(0.5) == 2.0


def test_of_nothing_mean_and_quantile_are_0() -> None:
    nothing = Distribution((1.0,), (0, 0), 0.0)

    assert (nothing.mean, nothing.quantile(0.5), nothing.count) == (0, 0, 0)


def test_values_are_in_the_units_of_their_metric(
    board: Board, measured: Measured
) -> None:
    Counts(board).observe(metrics.REQUEST_SECONDS, ("/", "web"), 1_500_000)
    Counts(board, 1).observe(metrics.REQUEST_SECONDS, ("/", "web"), 500_000)

    samples = measured.family(metrics.REQUEST_SECONDS)

    found = samples["/", "web"]
    assert isinstance(found, Distribution)
    assert found.count == 2
    assert found.total == pytest.approx(0.002)


def test_what_the_uptake_and_the_shadow_count_is_told(
    board: Board, measured: Measured
) -> None:
    board.add(0, {"uptake/swaps": 2, "uptake/swap_ns": 3_000_000_000})
    board.add(1, {"uptake/refusals": 1, "shadow/3/agree": 9, "shadow/3/differ": 1})
    board.add(0, {"shadow/dropped": 4})

    swaps = measured.family(metrics.SWAP_SECONDS)[()]
    assert isinstance(swaps, Distribution)
    assert (swaps.count, swaps.total) == (2, 3.0)
    assert measured.family(metrics.REFUSALS) == {(): 1}
    assert measured.family(metrics.SHADOWED) == {("3", "agree"): 9, ("3", "differ"): 1}
    assert measured.family(metrics.SHADOW_DROPPED) == {(): 4}


def test_a_metric_that_nobody_counted_has_no_values(measured: Measured) -> None:
    assert measured.family(metrics.PREDICTIONS) == {}


def test_workers_alive_are_those_started_and_not_ended(
    board: Board, measured: Measured
) -> None:
    for _ in range(3):
        Counts(board).count(metrics.WORKER_STARTS, ())
    Counts(board).count(metrics.WORKER_ENDS, ("unasked",))

    assert measured.family(metrics.WORKERS) == {(): 2}
