"""What the log says of the versions that come to serve."""

import logging
from dataclasses import replace

import pytest

from service.logs import FIELDS
from service.news import tell_serving
from service.settings import Settings
from tests.fakes import FakeEngine, fake_store


def test_a_label_that_moved_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = Settings()
    snapshot = fake_store(settings, v1=FakeEngine(), v2=FakeEngine()).snapshot

    tell_serving(replace(snapshot, labels={"canary": 1}), settings)

    (record,) = caplog.records
    assert getattr(record, FIELDS)["labels"] == {"canary": 1}
