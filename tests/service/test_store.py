"""Good versions are served, bad ones refused with the reason."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from service.artifact import MANIFEST, TFLITE_MODEL
from service.errors import NotReady, UnknownModel
from service.serving.policy import Policy
from service.serving.store import Store
from service.settings import Settings
from tests.fakes import FakeEngine, fake_version

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store over an empty folder, not loaded yet."""
    return Store(Settings(models_dir=tmp_path))


def _break(folder: Path) -> None:
    (folder / TFLITE_MODEL).write_bytes(b"another network")


def _why_not_ready(store: Store) -> str:
    with pytest.raises(NotReady) as refusal:
        store.find(None, None)
    return str(refusal.value)


def _edit(folder: Path, **values: object) -> None:
    document = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(document | values))


def test_every_version_is_served_and_the_newest_by_default(
    store: Store, tmp_path: Path
) -> None:
    for version in (2, 10, 9):
        fake_version(tmp_path, version)

    store.load()

    assert sorted(store.snapshot.models) == [2, 9, 10]
    assert store.snapshot.refused == {}
    assert store.find(None, None).manifest.version == 10
    assert store.find("mnist", 9).manifest.version == 9


def test_a_bad_version_is_refused_and_an_older_good_one_answers(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake_version(tmp_path, 1)
    _break(fake_version(tmp_path, 2))

    store.load()

    assert store.find(None, None).manifest.version == 1
    assert "model.tflite has sha256" in store.snapshot.refused[2]
    (refusal,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert refusal.getMessage().startswith("version 2 refused: ")


def test_a_version_that_was_refused_is_not_served_by_number(
    store: Store, tmp_path: Path
) -> None:
    fake_version(tmp_path, 1)
    _break(fake_version(tmp_path, 2))

    store.load()

    with pytest.raises(UnknownModel, match=r"version 2 .* expected one of \[1\]"):
        store.find(None, 2)


def test_loading_again_finds_what_is_new_and_keeps_old_snapshots_as_they_were(
    store: Store, tmp_path: Path
) -> None:
    fake_version(tmp_path, 1)
    store.load()
    before = store.snapshot
    fake_version(tmp_path, 2)

    store.load()

    assert store.snapshot.default == 2
    assert sorted(before.models) == [1]


@pytest.mark.parametrize(
    ("values", "found"),
    [({"name": "letters"}, "letters 1"), ({"version": 7}, "mnist 7")],
)
def test_a_version_in_another_ones_folder_is_refused(
    store: Store, tmp_path: Path, values: dict[str, object], found: str
) -> None:
    folder = fake_version(tmp_path, 1)
    _edit(folder, **values)

    store.load()

    said = f"{folder} holds {found}, expected mnist 1"
    assert store.snapshot.refused == {1: said}


@pytest.mark.parametrize("version", [None, 1])
def test_a_store_that_found_nothing_says_where_it_looked(
    store: Store, tmp_path: Path, version: int | None
) -> None:
    store.load()

    with pytest.raises(NotReady) as refusal:
        store.find(None, version)

    assert str(refusal.value) == f"no model version was found in {tmp_path / 'mnist'}"


def test_a_store_whose_versions_are_all_bad_says_why(
    store: Store, tmp_path: Path
) -> None:
    _break(fake_version(tmp_path, 1))
    fake_version(tmp_path, 2).joinpath(MANIFEST).unlink()

    store.load()

    reason = _why_not_ready(store)
    assert reason.startswith(f"every model version in {tmp_path / 'mnist'} was refused")
    assert "model.tflite has sha256" in reason
    assert "manifest.json cannot be read" in reason


def test_a_model_that_is_not_served_is_unknown(store: Store, tmp_path: Path) -> None:
    fake_version(tmp_path)
    store.load()

    with pytest.raises(UnknownModel) as refusal:
        store.find("letters", None)

    assert str(refusal.value) == "model 'letters' is not served, expected 'mnist'"


def test_a_snapshot_cannot_be_changed(store: Store, tmp_path: Path) -> None:
    fake_version(tmp_path)
    store.load()

    with pytest.raises(TypeError):
        store.snapshot.models[2] = store.snapshot.models[1]  # type: ignore[index]


def test_an_engine_that_is_not_installed_refuses_the_version(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> FakeEngine:
        raise ImportError("No module named 'tensorflow'")

    fake_version(tmp_path)
    monkeypatch.setattr("service.serving.proof.open_engine", missing)

    store.load()

    assert "the engine litert is not installed: No module named" in _why_not_ready(
        store
    )


def test_a_version_answers_before_it_serves(
    store: Store, tmp_path: Path, engine: FakeEngine
) -> None:
    fake_version(tmp_path)

    store.load()

    golden, *warming = [len(shown) for shown in engine.shown]
    assert golden == 10
    assert warming == [1, 32]


def test_a_version_that_fails_in_an_unforeseen_way_is_refused_all_the_same(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room")

    fake_version(tmp_path)
    monkeypatch.setattr("service.serving.loader.warm_up", fail)

    store.load()

    assert "cannot be loaded: MemoryError('no room')" in store.snapshot.refused[1]


def test_a_version_that_changes_while_it_is_loaded_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_version(tmp_path)
    monkeypatch.setattr(
        "service.serving.loader.warm_up", lambda _: (folder / "more").write_text("")
    )

    store.load()

    assert store.snapshot.refused[1].endswith("changed while it was being loaded")


def test_only_what_the_policy_wants_is_loaded(tmp_path: Path) -> None:
    for version in (1, 2, 3, 4):
        fake_version(tmp_path, version)
    store = Store(Settings(models_dir=tmp_path, policy=Policy.parse("specific:2,3")))

    store.load()

    assert sorted(store.snapshot.models) == [2, 3]


def test_a_request_goes_on_with_what_it_found_first(
    store: Store, tmp_path: Path
) -> None:
    fake_version(tmp_path, 1)
    store.load()
    found = store.find(None, None)
    for version in (2, 3, 4):
        fake_version(tmp_path, version)

    store.load()

    assert sorted(store.snapshot.models) == [2, 3, 4]
    assert found.engine.predict(np.zeros((1, 784), np.float32)).shape == (1, 10)
