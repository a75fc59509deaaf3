"""A version that reads along is counted, and disturbs nobody."""

import gc
import logging
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from service.classifier import Classifier
from service.counting.counts import Counts
from service.counting.statistics import Statistics
from service.digits import Shown, to_pixels
from service.serving.routing import Share
from service.serving.shadow import BATCH, PICTURES, REQUESTS, Shadow
from service.serving.store import Store
from service.settings import Settings
from tests.fakes import FakeEngine, fake_digit, fake_store
from tests.load.server import wait_until

SETTINGS = Settings(max_batch=10_000)
DIGITS = np.stack([fake_digit(digit) for digit in range(10)])
PIXELS = to_pixels(DIGITS)


class OtherEngine(FakeEngine):
    """Reads as FakeEngine does, but every 3 and every 8 as a 1.

    It waits until it `may` read, and fails where it is told to.
    """

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()
        self.may.set()
        self.fails = False
        self.threads: set[str] = set()

    def predict(self, shown: Shown) -> NDArray[np.float32]:
        self.may.wait()
        self.threads.add(threading.current_thread().name)
        if self.fails:
            raise RuntimeError("no engine")
        probabilities = super().predict(shown)
        wrong = np.isin(probabilities.argmax(axis=1), (3, 8))
        probabilities[wrong] = np.eye(10, dtype=np.float32)[1]
        return probabilities


class Stage:
    """A classifier of version 1 and its shadow, version 2, of which each can tell."""

    def __init__(self, percent: float = 100) -> None:
        self.other = OtherEngine()
        self.store = fake_store(SETTINGS, v1=FakeEngine(), v2=self.other)
        self.point(shadow=2)
        self.statistics = Statistics()
        self.shadow = Shadow(
            self.store, Share("shadow", percent), self.statistics.counts
        )
        self.classifier = Classifier(self.store, SETTINGS, self.statistics, self.shadow)

    def point(self, **labels: int) -> None:
        """Let the labels point there, and version 1 answer."""
        self.store.serve(replace(self.store.snapshot, labels=labels, default=1))

    def counted(self) -> Mapping[str, int]:
        """What is on the board of it."""
        return {
            name: number
            for name, number in self.statistics.counts.board.totals("shadow/").items()
            if number
        }

    def wait_for(self, **expected: int) -> None:
        """Wait until so much is counted of version 2."""
        wanted = {f"2/{name}": number for name, number in expected.items()}
        wait_until(lambda: self.counted() == wanted, f"{wanted} is counted")


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.other.may.set()
    made.shadow.stop()


def test_pictures_are_counted_by_whether_both_read_the_same(stage: Stage) -> None:
    answer = stage.classifier.classify(DIGITS)

    stage.wait_for(agree=8, differ=2)
    assert answer.version == 1
    assert answer.digits.tolist() == list(range(10))


def test_tensors_of_the_other_dialects_are_read_along_too(stage: Stage) -> None:
    inference = stage.classifier.infer(PIXELS[3:5], stage.store.find(None, None))

    stage.wait_for(agree=1, differ=1)
    assert inference.probabilities.argmax(axis=1).tolist() == [3, 4]


def test_digits_and_pixels_that_wait_together_are_each_read_right(
    stage: Stage,
) -> None:
    model = stage.store.find(None, None)

    for shown in (PIXELS[:4], DIGITS[:4], PIXELS[4:]):
        stage.classifier.infer(shown, model)

    stage.wait_for(agree=11, differ=3)


def test_only_what_could_be_read_is_read_along(stage: Stage) -> None:
    answer = stage.classifier.classify([DIGITS[3], b"no picture", DIGITS[4]])

    stage.wait_for(agree=1, differ=1)
    assert list(answer.errors) == [1]
    assert np.array_equal(np.concatenate(stage.other.shown), PIXELS[3:5])


def test_it_reads_in_a_thread_of_its_own_that_starts_when_needed(stage: Stage) -> None:
    before = [thread.name for thread in threading.enumerate()]

    stage.classifier.classify(DIGITS)

    stage.wait_for(agree=8, differ=2)
    assert "shadow" not in before
    assert stage.other.threads == {"shadow"}


def test_many_pictures_are_read_a_few_at_a_time(stage: Stage) -> None:
    many = np.repeat(DIGITS, 30, axis=0)

    stage.classifier.classify(many)

    stage.wait_for(agree=240, differ=60)
    assert max(len(shown) for shown in stage.other.shown) <= BATCH


def test_of_requests_so_many_percent_are_read_along() -> None:
    stage = Stage(percent=12.5)

    for _ in range(80):
        stage.classifier.classify(DIGITS[:1])

    stage.wait_for(agree=10)
    stage.shadow.stop()


@pytest.mark.parametrize("labels", [{}, {"shadow": 1}, {"other": 2}])
def test_where_its_label_points_at_no_other_version_nothing_is_read_along(
    stage: Stage, labels: dict[str, int]
) -> None:
    stage.point(**labels)

    stage.classifier.classify(DIGITS)

    assert "shadow" not in [thread.name for thread in threading.enumerate()]
    assert stage.counted() == {}


def test_what_another_than_the_default_answers_is_not_compared(stage: Stage) -> None:
    stage.point(shadow=1)  # so that only the version that answers could rule it out
    stage.classifier.classify(DIGITS, version=2)

    stage.point(shadow=2)
    stage.classifier.classify(DIGITS[:1])

    stage.wait_for(agree=1)


def test_when_too_much_waits_requests_are_dropped_and_counted(stage: Stage) -> None:
    stage.other.may.clear()

    for _ in range(REQUESTS + 100):
        answer = stage.classifier.classify(DIGITS[:1])
        assert answer.digits.tolist() == [0]

    dropped = stage.counted()["dropped"]
    assert 100 - BATCH <= dropped <= 100  # one batch may be in the thread's hands
    stage.other.may.set()
    agreed = REQUESTS + 100 - dropped
    wait_until(lambda: stage.counted().get("2/agree") == agreed, "the others are read")


def test_a_request_larger_than_all_room_is_dropped(stage: Stage) -> None:
    stage.classifier.classify(np.repeat(DIGITS[:1], PICTURES + 1, axis=0))

    assert stage.counted() == {"dropped": 1}


def test_a_version_that_fails_harms_nobody_and_is_told_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.other.fails = True
    for pictures in (1, 2, 3):
        answer = stage.classifier.classify(DIGITS[:pictures])
        assert len(answer.digits) == pictures
        stage.wait_for(failed=sum(range(pictures + 1)))
    stage.other.fails = False
    stage.classifier.classify(DIGITS)

    stage.wait_for(failed=6, agree=8, differ=2)
    (told,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert told.getMessage() == "the shadow version 2 cannot read pictures"


def test_what_goes_wrong_in_offering_is_logged_and_no_request_fails(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)

    answer = stage.classifier.classify(DIGITS)

    monkeypatch.undo()
    assert answer.digits.tolist() == list(range(10))
    assert "a request could not be shown to the shadow version" in caplog.text
    stage.classifier.classify(DIGITS)
    stage.wait_for(agree=16, differ=4)


def test_a_version_that_is_dropped_while_requests_wait_is_let_go(stage: Stage) -> None:
    stage.classifier.classify(DIGITS)
    stage.wait_for(agree=8, differ=2)
    engine = weakref.ref(stage.other)
    stage.other.may.clear()
    may = stage.other.may
    stage.classifier.classify(DIGITS)
    stage.classifier.classify(DIGITS)

    models = {1: stage.store.find(None, 1)}
    stage.store.serve(replace(stage.store.snapshot, models=models, labels={}))
    stage.other = OtherEngine()
    may.set()

    def gone() -> bool:
        gc.collect()
        return engine() is None

    wait_until(gone, "its memory is let go")


def test_it_stops_when_told_to_and_reads_no_more(stage: Stage) -> None:
    stage.classifier.classify(DIGITS)
    stage.wait_for(agree=8, differ=2)

    stage.shadow.stop()
    stage.classifier.classify(DIGITS)

    assert "shadow" not in [thread.name for thread in threading.enumerate()]
    assert stage.counted() == {"2/agree": 8, "2/differ": 2}


def test_one_that_never_began_can_be_stopped() -> None:
    store = Store(SETTINGS)

    Shadow(store, Share("shadow", 5), Counts()).stop()
