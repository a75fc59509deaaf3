"""What was asked of each version, counted where it happens."""

import time
from contextvars import copy_context

import numpy as np
import pytest

from service.classifier import Classifier
from service.counting.board import Board
from service.counting.marks import begin
from service.counting.statistics import Counted, Statistics
from service.digits import to_pixels
from service.errors import BadRequest, UnknownModel
from service.serving.store import Store
from service.settings import Settings
from tests.fakes import FakeEngine, fake_digit, fake_store

SETTINGS = Settings()
DIGITS = np.stack([fake_digit(3), fake_digit(4)])


@pytest.fixture
def statistics() -> Statistics:
    return Statistics()


@pytest.fixture
def store() -> Store:
    return fake_store(SETTINGS, v1=FakeEngine(), v2=FakeEngine())


@pytest.fixture
def classifier(store: Store, statistics: Statistics) -> Classifier:
    return Classifier(store, SETTINGS, statistics)


def test_a_version_that_nobody_asked_has_counted_nothing(
    statistics: Statistics,
) -> None:
    assert statistics.of(1) == Counted()


def test_what_was_answered_is_counted_by_version(
    classifier: Classifier, store: Store, statistics: Statistics
) -> None:
    before = time.time_ns() // 1_000_000
    classifier.classify(DIGITS)
    classifier.classify(DIGITS[:1])
    classifier.infer(to_pixels(DIGITS), store.find(None, 1))

    second, first = statistics.of(2), statistics.of(1)

    assert (second.pictures, second.executions) == (3, 2)
    assert (second.success.count, second.failure.count) == (2, 0)
    assert {size: timed.count for size, timed in second.batches.items()} == {2: 1, 1: 1}
    assert before <= second.last_ms <= time.time_ns() // 1_000_000
    assert (first.pictures, first.executions, first.reading.count) == (2, 1, 0)


def test_the_parts_of_a_call_are_no_longer_than_the_whole(
    classifier: Classifier, statistics: Statistics
) -> None:
    classifier.classify(DIGITS)

    counted = statistics.of(2)

    assert counted.reading.ns > 0
    assert counted.batches[2] == counted.network
    assert counted.reading.ns + counted.network.ns <= counted.success.ns


def test_a_picture_that_cannot_be_read_is_not_asked_about(
    classifier: Classifier, statistics: Statistics
) -> None:
    classifier.classify([b"no picture", fake_digit(1)])
    classifier.classify([b"no picture"])

    counted = statistics.of(2)

    assert (counted.pictures, counted.executions) == (1, 1)
    assert (counted.success.count, counted.failure.count) == (1, 1)


def test_requests_that_are_answered_together_are_a_call_each(
    classifier: Classifier, statistics: Statistics
) -> None:
    def ask() -> None:
        begin().requests = 3
        classifier.classify([fake_digit(1), b"no picture", fake_digit(2)])

    copy_context().run(ask)

    counted = statistics.of(2)

    assert (counted.pictures, counted.executions) == (2, 1)
    assert (counted.success.count, counted.failure.count) == (2, 1)
    assert counted.success.ns == 2 * counted.failure.ns


def test_several_that_failed_together_are_left_to_be_counted_one_by_one(
    statistics: Statistics,
) -> None:
    def ask() -> None:
        begin().requests = 3
        with statistics.call(2):
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        copy_context().run(ask)

    assert statistics.of(2) == Counted()


def test_a_call_that_fails_is_counted_as_a_failure(
    statistics: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeEngine()
    monkeypatch.setattr(engine, "predict", lambda x: np.full((len(x), 10), np.nan))
    store = fake_store(SETTINGS, v1=engine)
    classifier = Classifier(store, SETTINGS, statistics)

    with pytest.raises(BadRequest, match="not finite"):
        classifier.infer(to_pixels(DIGITS), store.find(None, None))

    counted = statistics.of(1)
    assert (counted.success.count, counted.failure.count) == (0, 1)
    assert counted.failure.ns > 0


def test_what_reached_no_version_is_counted_of_none(
    classifier: Classifier, statistics: Statistics
) -> None:
    with pytest.raises(UnknownModel):
        classifier.classify(DIGITS, version=3)

    assert [statistics.of(version) for version in (1, 2, 3)] == [Counted()] * 3


def test_workers_tell_the_same_whoever_is_asked() -> None:
    board = Board(rows=2)
    workers = [Statistics(board, row) for row in (0, 1)]
    for worker in workers:
        with worker.call(7) as call:
            call.asked(5)

    assert workers[0].of(7) == workers[1].of(7)
    assert workers[0].of(7).pictures == 10
