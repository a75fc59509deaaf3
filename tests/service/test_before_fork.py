"""Versions proved before the fork: workers have them, and prove the others."""

import multiprocessing
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

from service.artifact import TFLITE_MODEL
from service.engines import ENGINES, Engine, open_engine, survives_fork
from service.errors import ArtifactError
from service.serving.folder import stamp
from service.serving.loader import Loader, prove_before_fork
from service.serving.plan import Content
from service.settings import Settings
from tests.fakes import FakeEngine, fake_version

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Over an empty folder."""
    return Settings(models_dir=tmp_path)


def _forbid_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise AssertionError("it was proved once more")

    monkeypatch.setattr("service.serving.loader.prove", fail)


def _content(folder: Path) -> Content:
    return int(folder.name), stamp(folder)


def test_what_was_proved_before_the_fork_is_not_proved_again(
    settings: Settings, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _content(fake_version(settings.models_dir, 3))
    before = prove_before_fork(settings)
    _forbid_proofs(monkeypatch)
    loader = Loader(settings, before)

    loader.load(content)

    assert set(before) == {content}
    assert loader.held[content] is before[content]
    assert loader.held[content].engine is engine


@pytest.mark.usefixtures("engine")
def test_a_version_whose_files_changed_since_is_proved_anew(settings: Settings) -> None:
    folder = fake_version(settings.models_dir)
    before = prove_before_fork(settings)
    (folder / TFLITE_MODEL).write_bytes(b"damaged")
    content = _content(folder)

    with pytest.raises(ArtifactError, match="sha256"):
        Loader(settings, before).load(content)

    assert len(before) == 1
    assert content not in before


@pytest.mark.usefixtures("engine")
def test_a_bad_version_is_left_to_the_workers(settings: Settings) -> None:
    good = fake_version(settings.models_dir, 1)
    (fake_version(settings.models_dir, 2) / TFLITE_MODEL).write_bytes(b"damaged")

    before = prove_before_fork(settings)

    assert set(before) == {_content(good)}


def test_where_there_are_no_versions_nothing_is_proved(settings: Settings) -> None:
    assert prove_before_fork(settings) == {}


@pytest.mark.usefixtures("engine")
def test_tensorflow_is_left_to_the_workers(settings: Settings) -> None:
    fake_version(settings.models_dir)

    assert prove_before_fork(replace(settings, engine="tensorflow")) == {}


def test_an_engine_that_survives_a_fork_answers_after_it(models_dir: Path) -> None:
    engine = open_engine("litert", models_dir / "mnist" / "1")
    pixels = np.random.default_rng(0).random((40, 784), np.float32)
    here = engine.predict(pixels)
    ours, theirs = FORK.Pipe()

    process = FORK.Process(target=_answer, args=(engine, pixels, theirs))
    process.start()
    assert ours.poll(60), "no answer came"
    there = ours.recv()
    process.join()

    assert np.array_equal(there, here)
    assert [name for name in ENGINES if survives_fork(name)] == ["litert"]


def _answer(engine: Engine, pixels: NDArray[np.float32], pipe: Connection) -> None:
    pipe.send(engine.predict(pixels))
