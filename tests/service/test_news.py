"""What the log says of the versions that come to serve."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from service.logs import FIELDS
from service.serving.news import tell_problems, tell_serving
from service.serving.plan import Plan
from service.serving.routing import Share
from service.serving.store import Store
from service.settings import Settings
from tests.fakes import FakeEngine, fake_store, fake_version


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


def test_a_canary_and_a_shadow_without_a_version_are_warned_of_from_the_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(canary=Share("canary", 5), shadow=Share("shadow", 100))
    snapshot = fake_store(settings, v1=FakeEngine(), v2=FakeEngine()).snapshot

    tell_serving(replace(snapshot, labels={"shadow": 2}), settings)
    tell_serving(replace(snapshot, labels={"canary": 2}), settings)

    nowhere = "is without effect: label {0} points at no version that is served"
    assert told(caplog) == [
        ("WARNING", f"MNIST_CANARY=canary:5 {nowhere.format('canary')}"),
        ("WARNING", f"MNIST_SHADOW=shadow:100 {nowhere.format('shadow')}"),
    ]


def test_which_version_a_canary_means_is_told_where_it_is_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(canary=Share("canary", 5))
    snapshot = fake_store(settings, v1=FakeEngine(), v2=FakeEngine()).snapshot
    caplog.set_level(logging.INFO)

    for before in ({}, {"canary": 1}, {"canary": 2}):
        tell_serving(replace(snapshot, labels={"canary": 2}), settings, before=before)

    canary = [text for _, text in told(caplog) if "CANARY" in text]
    assert canary == ["MNIST_CANARY=canary:5 means version 2"] * 2


def test_with_neither_set_nothing_is_said_of_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    snapshot = fake_store(Settings(), v1=FakeEngine()).snapshot

    tell_serving(snapshot, Settings())

    assert told(caplog) == []


@pytest.mark.usefixtures("engine")
def test_a_store_says_so_as_it_loads_before_any_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake_version(tmp_path, 1)

    Store(Settings(models_dir=tmp_path, canary=Share("canary", 5))).load()

    assert "MNIST_CANARY=canary:5 is without effect" in caplog.text
