"""What a model's folder has on disk, and how a change of it is noticed."""

import os
from pathlib import Path

import pytest

from service.artifact import TFLITE_MODEL
from service.serving.folder import read_folder, stamp
from service.serving.plan import Folder
from service.versions.labels import LABELS
from service.versions.releases import RELEASES
from tests.fakes import fake_version


def test_versions_labels_and_marks_are_found(tmp_path: Path) -> None:
    for number in (1, 2):
        fake_version(tmp_path, number)
    (tmp_path / "mnist" / LABELS).write_text('{"stable": 1}')
    (tmp_path / "mnist" / RELEASES).write_text('{"refused": {"2": "worse"}}')

    folder = read_folder(tmp_path, "mnist", Folder())

    assert list(folder.versions) == [1, 2]
    assert (folder.labels, folder.marked) == ({"stable": 1}, {2: "worse"})
    assert folder.problems == ()


def test_what_cannot_be_read_stays_as_it_was_and_is_told(tmp_path: Path) -> None:
    fake_version(tmp_path)
    (tmp_path / "mnist" / LABELS).write_text("{")
    (tmp_path / "mnist" / RELEASES).write_text("[]")
    before = Folder({}, {"stable": 1}, {2: "worse"})

    folder = read_folder(tmp_path, "mnist", before)

    assert list(folder.versions) == [1]
    assert (folder.labels, folder.marked) == (before.labels, before.marked)
    labels, releases = folder.problems
    assert labels.startswith("labels stay as they were: ")
    assert releases.startswith("what releases.json refuses stays as it was: ")


@pytest.mark.parametrize("empty", [True, False])
def test_labels_and_marks_outlast_a_folder_that_is_away(
    tmp_path: Path, empty: bool
) -> None:
    if empty:  # as where a disk is mounted, and is not now
        (tmp_path / "mnist").mkdir()
    before = Folder({1: "a", 2: "b"}, {"stable": 1}, {2: "worse"})

    folder = read_folder(tmp_path, "mnist", before)
    still = read_folder(tmp_path, "mnist", folder)

    problem = f"labels stay as they were: {tmp_path / 'mnist'} is gone, or empty"
    assert (
        folder == still == Folder({}, {"stable": 1}, {2: "worse"}, problems=(problem,))
    )


def test_a_folder_that_never_was_is_no_problem(tmp_path: Path) -> None:
    assert read_folder(tmp_path, "mnist", Folder()) == Folder()


def test_labels_that_were_taken_away_alone_are_gone(tmp_path: Path) -> None:
    fake_version(tmp_path)

    folder = read_folder(tmp_path, "mnist", Folder({1: "a"}, {"stable": 1}))

    assert (folder.labels, folder.problems) == ({}, ())


def test_a_disk_that_fails_leaves_the_versions_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("service.serving.folder.version_numbers", fail)
    before = Folder({1: "a"})

    folder = read_folder(tmp_path, "mnist", before)

    assert folder.versions == {1: "a"}
    (problem,) = folder.problems
    assert problem == f"{tmp_path / 'mnist'} cannot be read: Input/output error"


def test_a_folder_that_nobody_touched_has_the_same_stamp(tmp_path: Path) -> None:
    folder = fake_version(tmp_path)

    assert stamp(folder) == stamp(folder)


def test_any_file_that_changes_changes_the_stamp(tmp_path: Path) -> None:
    folder = fake_version(tmp_path)
    below = folder / "report"
    seen = [stamp(folder)]

    for change in (
        below.mkdir,
        lambda: (below / "metrics.json").write_text("{}"),
        lambda: (below / "metrics.json").write_text("[]"),
        lambda: os.utime(folder / TFLITE_MODEL, (1, 1)),
        lambda: (folder / TFLITE_MODEL).chmod(0o600),
        (folder / TFLITE_MODEL).unlink,
    ):
        change()
        seen.append(stamp(folder))

    assert seen[1] == seen[0]  # a folder without files says nothing
    assert len(set(seen[1:])) == len(seen) - 1


def test_a_folder_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    assert stamp(tmp_path / "none") == "unreadable: No such file or directory"
