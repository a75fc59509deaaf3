"""From a version's file to `typicality` and `accepted` in the answer."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from service.answer import Prediction
from service.app import create_app
from service.artifact import TYPICALITY, checksums, read_manifest, write_manifest
from service.classifier import Classifier
from service.errors import ArtifactError, UnreadablePicture
from service.serving.proof import prove
from service.serving.store import Store
from service.settings import Settings
from service.typicality import write_typicality
from tests.fakes import (
    FakeEngine,
    fake_digit,
    fake_store,
    fake_typicality,
    fake_version,
)

NONE, SOME = 0.0, 0.5


def _knowing_version(models_dir: Path, version: int = 1) -> Path:
    folder = fake_version(models_dir, version)
    write_typicality(folder, fake_typicality())
    _reseal(folder)
    return folder


def _reseal(folder: Path) -> None:
    write_manifest(folder, replace(read_manifest(folder), files=checksums(folder)))


def _classifier(least: float, knowing: bool = True) -> Classifier:
    settings = Settings(min_typicality=least)
    typicality = fake_typicality() if knowing else None
    return Classifier(fake_store(settings, typicality, v1=FakeEngine()), settings)


def _judged(
    classifier: Classifier, *digits: int
) -> list[tuple[np.float32 | None, bool | None]]:
    answer = classifier.classify([fake_digit(digit) for digit in digits])
    predictions = [r for r in answer.results if isinstance(r, Prediction)]
    assert len(predictions) == len(digits)
    return [(p.typicality, p.accepted) for p in predictions]


def test_each_prediction_is_as_typical_as_its_own_digit() -> None:
    judged = _judged(_classifier(NONE), 9, 1, 4)

    assert [accepted for _, accepted in judged] == [None] * 3
    found = np.array([typicality for typicality, _ in judged], float)
    np.testing.assert_allclose(found, np.array([0.1, 0.9, 0.6]), rtol=1e-5)


def test_what_is_as_typical_as_asked_for_is_accepted() -> None:
    judged = _judged(_classifier(SOME), 4, 5, 6)

    assert [accepted for _, accepted in judged] == [True, True, False]


@pytest.mark.parametrize("least", [NONE, SOME])
def test_a_version_that_carries_none_says_nothing(least: float) -> None:
    assert _judged(_classifier(least, knowing=False), 3, 9) == [(None, None)] * 2


def test_a_picture_that_cannot_be_read_moves_no_other_ones_typicality() -> None:
    blank = np.full(784, 255, np.uint8)

    first, second, third = (
        _classifier(SOME).classify([fake_digit(9), blank, fake_digit(1)]).results
    )

    assert isinstance(second, UnreadablePicture)
    assert isinstance(first, Prediction)
    assert isinstance(third, Prediction)
    assert (first.accepted, third.accepted) == (False, True)


def _answered(client: FlaskClient, digit: int) -> dict[str, object]:
    answer = client.post(
        "/v1/classify",
        data=fake_digit(digit).tobytes(),
        content_type="application/octet-stream",
    )
    (prediction,) = answer.get_json()["predictions"]
    return dict(prediction)


def test_the_answer_has_the_typicality_and_without_a_setting_no_more(
    tmp_path: Path, engine: FakeEngine
) -> None:
    _knowing_version(tmp_path)
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    prediction = _answered(client, 7)

    assert prediction["typicality"] == pytest.approx(0.3)
    assert "accepted" not in prediction


@pytest.mark.parametrize(("digit", "accepted"), [(2, True), (8, False)])
def test_the_answer_says_whether_the_picture_is_accepted(
    tmp_path: Path, engine: FakeEngine, digit: int, accepted: bool
) -> None:
    _knowing_version(tmp_path)
    settings = Settings(models_dir=tmp_path, min_typicality=SOME)

    prediction = _answered(create_app(settings).test_client(), digit)

    assert prediction["accepted"] is accepted


def test_the_answer_of_a_version_without_has_neither(
    tmp_path: Path, engine: FakeEngine
) -> None:
    fake_version(tmp_path)
    settings = Settings(models_dir=tmp_path, min_typicality=SOME)

    prediction = _answered(create_app(settings).test_client(), 2)

    assert not {"typicality", "accepted"} & set(prediction)


def test_a_file_that_the_manifest_does_not_list_is_never_opened(
    tmp_path: Path, engine: FakeEngine
) -> None:
    folder = fake_version(tmp_path)
    (folder / TYPICALITY).write_bytes(b"from somewhere")

    assert prove(folder, "litert").typicality is None


def test_a_version_whose_typicality_was_exchanged_is_refused(
    tmp_path: Path, engine: FakeEngine
) -> None:
    folder = _knowing_version(tmp_path)
    (folder / TYPICALITY).write_bytes(b"another")

    with pytest.raises(ArtifactError, match=r"typicality\.npz has sha256"):
        prove(folder, "litert")


def test_a_version_whose_typicality_is_no_such_file_is_refused(
    tmp_path: Path, engine: FakeEngine
) -> None:
    folder = fake_version(tmp_path)
    (folder / TYPICALITY).write_bytes(b"no arrays")
    _reseal(folder)

    with pytest.raises(ArtifactError, match=r"typicality\.npz cannot be read"):
        prove(folder, "litert")


def test_the_start_names_the_versions_that_cannot_accept(
    tmp_path: Path, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    fake_version(tmp_path, 1)
    _knowing_version(tmp_path, 2)

    Store(Settings(models_dir=tmp_path, min_typicality=0.01)).load()

    (warning,) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert warning.getMessage() == (
        "MNIST_MIN_TYPICALITY=0.01 is without effect on versions [1], which carry no "
        "typicality: they answer without 'accepted'"
    )


@pytest.mark.parametrize(("least", "knowing"), [(NONE, False), (SOME, True)])
def test_the_start_has_nothing_to_warn_of_otherwise(
    tmp_path: Path,
    engine: FakeEngine,
    caplog: pytest.LogCaptureFixture,
    least: float,
    knowing: bool,
) -> None:
    (_knowing_version if knowing else fake_version)(tmp_path, 1)

    Store(Settings(models_dir=tmp_path, min_typicality=least)).load()

    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
