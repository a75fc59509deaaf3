"""Small files are seen whole, whatever happens to their writer."""

import os
from pathlib import Path

import pytest

from service.versions.durable import replace_durably


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_text("old")

    replace_durably(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_it_can_be_read_by_everyone_whatever_the_writers_mask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        replace_durably(tmp_path / "labels.json", b"{}")
    finally:
        os.umask(before)

    assert (tmp_path / "labels.json").stat().st_mode & 0o777 == 0o644


def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "labels.json"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.versions.durable.os.fsync", fail)

    with pytest.raises(OSError, match="No space"):
        replace_durably(path, b"new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_writer_left_does_not_stop_the_next(tmp_path: Path) -> None:
    (tmp_path / ".labels.json").write_text("half of")

    replace_durably(tmp_path / "labels.json", b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["labels.json"]


def test_the_bytes_are_on_the_disk_before_the_name_is_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    replace, fsync = os.replace, os.fsync

    def renamed(old: Path, new: Path) -> None:
        steps.append("rename")
        replace(old, new)

    def synced(descriptor: int) -> None:
        steps.append("sync")
        fsync(descriptor)

    monkeypatch.setattr("service.versions.durable.os.replace", renamed)
    monkeypatch.setattr("service.versions.durable.os.fsync", synced)

    replace_durably(tmp_path / "labels.json", b"new")

    assert steps == ["sync", "rename", "sync"]
