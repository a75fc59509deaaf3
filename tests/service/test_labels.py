"""Other names of versions, read from a file beside them."""

import json
import logging
from pathlib import Path

import pytest

from service.errors import ArtifactError, UnknownModel
from service.serving.store import Store
from service.settings import Settings
from service.versions.labels import LABELS, read_labels
from tests.fakes import FakeEngine, fake_version


def _write(folder: Path, document: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / LABELS).write_text(json.dumps(document))


def test_a_model_without_the_file_has_no_labels(tmp_path: Path) -> None:
    assert read_labels(tmp_path) == {}


def test_each_label_points_at_a_version(tmp_path: Path) -> None:
    _write(tmp_path, {"stable": 2, "v_3": 3})

    assert read_labels(tmp_path) == {"stable": 2, "v_3": 3}


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"7": 2},
        {"a-b": 2},
        {"": 2},
        {"stable": "2"},
        {"stable": 0},
        {"stable": True},
        {"stable": 2.0},
    ],
)
def test_what_is_no_label_is_refused_with_the_file_named(
    tmp_path: Path, document: object
) -> None:
    _write(tmp_path, document)

    with pytest.raises(ArtifactError, match=LABELS):
        read_labels(tmp_path)


def test_a_label_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / LABELS).write_text('{"stable": 2, "stable": 1}')

    with pytest.raises(ArtifactError, match="has the label 'stable' twice"):
        read_labels(tmp_path)


@pytest.mark.parametrize("text", [b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / LABELS).write_bytes(text)

    with pytest.raises(ArtifactError, match="is not JSON"):
        read_labels(tmp_path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / LABELS).mkdir()

    with pytest.raises(ArtifactError, match="cannot be read"):
        read_labels(tmp_path)


def test_a_version_is_found_by_its_label(tmp_path: Path, engine: FakeEngine) -> None:
    fake_version(tmp_path, 1)
    fake_version(tmp_path, 2)
    _write(tmp_path / "mnist", {"stable": 1})
    store = Store(Settings(models_dir=tmp_path))

    store.load()

    assert store.find("mnist", "stable").manifest.version == 1
    with pytest.raises(UnknownModel, match="'stable'"):
        store.find(None, "canary")


def test_a_label_of_a_version_that_is_not_served_is_logged_and_left_out(
    tmp_path: Path, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    fake_version(tmp_path, 1)
    _write(tmp_path / "mnist", {"stable": 1, "canary": 9})
    store = Store(Settings(models_dir=tmp_path))

    store.load()

    assert store.snapshot.labels == {"stable": 1}
    (complaint,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert complaint.getMessage() == (
        "label canary is not used: version 9 is not served"
    )


def test_labels_that_cannot_be_read_stop_no_version(
    tmp_path: Path, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    fake_version(tmp_path, 1)
    _write(tmp_path / "mnist", "nonsense")
    store = Store(Settings(models_dir=tmp_path))

    store.load()

    assert sorted(store.snapshot.models) == [1]
    assert "labels stay as they were" in caplog.text
