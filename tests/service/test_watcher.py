"""A worker does its part again and again, whatever happens."""

import logging
import threading

import pytest

from service.serving import watcher
from service.serving.watcher import Watcher


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "TICK_SECONDS", 0.001)
    monkeypatch.setattr(watcher, "TROUBLE_SECONDS", 0.001)


class Part:
    """Fails on every second call, and says when it was called four times."""

    def __init__(self) -> None:
        self.calls = 0
        self.often = threading.Event()

    def tick(self) -> None:
        self.calls += 1
        if self.calls >= 4:
            self.often.set()
        if self.calls % 2 == 0:
            raise RuntimeError("unforeseen")


def test_it_goes_on_after_anything_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    part = Part()
    watching = Watcher(part.tick)

    watching.start()
    went_on = part.often.wait(60)
    watching.stop()

    assert went_on
    assert "looking after the versions failed" in caplog.text
    assert "RuntimeError: unforeseen" in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_it_ends_when_it_is_stopped() -> None:
    part = Part()
    watching = Watcher(part.tick)
    watching.start()

    watching.stop()
    calls = part.calls

    assert "watcher" not in {thread.name for thread in threading.enumerate()}
    assert part.calls == calls


def test_it_works_in_the_foreground_until_something_is_done() -> None:
    part = Part()

    Watcher(part.tick).until(part.often.is_set)

    assert part.calls == 4


def test_one_that_was_never_started_can_be_stopped() -> None:
    Watcher(Part().tick).stop()
