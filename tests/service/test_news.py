"""What the log says of the versions that come to serve."""

import logging
from dataclasses import replace

import pytest

from service.logs import FIELDS
from service.news import tell_problems, tell_serving
from service.plan import Plan
from service.settings import Settings
from tests.fakes import FakeEngine, fake_store


def test_a_label_that_moved_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = Settings()
    snapshot = fake_store(settings, v1=FakeEngine(), v2=FakeEngine()).snapshot

    tell_serving(replace(snapshot, labels={"canary": 1}), settings)

    (record,) = caplog.records
    assert getattr(record, FIELDS)["labels"] == {"canary": 1}


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """The level and the text of each line so far."""
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_what_was_wrong_and_is_so_no_more_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    lost = "label canary is not used: version 9 is not served"
    bad = Plan(versions={1: "a"}, refused={2: "no file"}, problems=(lost,))
    good = Plan(versions={1: "a", 2: "b"})

    tell_problems(good, bad)
    tell_problems(good, good)

    assert told(caplog) == [
        ("INFO", "version 2 is refused no more, as it was: no file"),
        ("INFO", f"no longer so: {lost}"),
    ]


def test_what_is_still_wrong_is_told_neither_again_nor_as_put_right(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    before = Plan(refused={2: "no file"}, problems=("one", "two"))

    tell_problems(Plan(refused={2: "other bytes"}, problems=("two", "three")), before)

    assert told(caplog) == [
        ("INFO", "no longer so: one"),
        ("ERROR", "version 2 refused: other bytes"),
        ("ERROR", "three"),
    ]
