"""A version is there whole or not at all, and no run disturbs another."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.artifact import Manifest, TensorSpec, read_manifest, write_manifest
from training.errors import FolderError, WriteError
from training.staging import Stage, next_number, publish, staging

HOLDER = """
import sys, time
from pathlib import Path
from training.staging import staging
with staging(Path(sys.argv[1])) as stage:
    print(stage.scratch, flush=True)
    time.sleep(60)
"""


def fill(stage: Stage) -> None:
    spec = TensorSpec("x", "float32", (-1, 784))
    (stage.version / "report").mkdir(mode=0o700)
    (stage.version / "report" / "a.txt").write_text("a")
    manifest = Manifest("mnist", 99, "now", spec, spec, ("0",), {}, 1e-5)
    write_manifest(stage.version, manifest)


def holder(home: Path) -> tuple["subprocess.Popen[str]", Path]:
    """A live run in another process, and its staging folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, home], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_staged_version_is_published_under_the_next_number(tmp_path: Path) -> None:
    home = tmp_path / "models" / "mnist"
    (home / "4").mkdir(parents=True)

    with staging(home) as stage:
        fill(stage)
        folder = publish(stage)

    assert folder == home / "5"
    assert read_manifest(folder).version == 5
    assert sorted(path.name for path in home.iterdir()) == ["4", "5"]


def test_a_published_version_is_readable_by_everyone(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with staging(tmp_path / "mnist") as stage:
            fill(stage)
            folder = publish(stage)
    finally:
        os.umask(before)

    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*")}
    assert folder.stat().st_mode & 0o777 == 0o755
    assert modes == {0o755, 0o644}


def test_nothing_is_seen_of_a_run_that_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with staging(tmp_path) as stage:
            fill(stage)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert list(tmp_path.iterdir()) == []


def test_two_runs_that_publish_at_once_get_different_numbers(tmp_path: Path) -> None:
    with staging(tmp_path) as one, staging(tmp_path) as other:
        fill(one)
        fill(other)
        number = next_number(tmp_path)

        folders = [publish(one), publish(other)]

    assert [folder.name for folder in folders] == [str(number), str(number + 1)]
    assert [read_manifest(folder).version for folder in folders] == [1, 2]


def test_a_number_taken_in_the_last_moment_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "manifest.json").write_text("another run's")
    (tmp_path / "2").write_text("no folder at all")
    monkeypatch.setattr("training.staging.next_number", lambda _: 1)

    with staging(tmp_path) as stage:
        fill(stage)
        folder = publish(stage)

    assert folder.name == "3"
    assert read_manifest(folder).version == 3
    assert (tmp_path / "1" / "manifest.json").read_text() == "another run's"


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    process, left = holder(tmp_path)
    process.kill()
    process.communicate()
    assert left.is_dir()

    with staging(tmp_path) as stage:
        found = list(tmp_path.iterdir())

    assert found == [stage.scratch]


def test_a_file_that_is_no_staging_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".staging-notes").write_text("someone's")

    with staging(tmp_path):
        pass

    assert (tmp_path / ".staging-notes").read_text() == "someone's"


def test_the_folder_of_a_live_run_is_left_alone(tmp_path: Path) -> None:
    process, held = holder(tmp_path)

    with staging(tmp_path):
        alive = held.is_dir()
    process.kill()
    process.communicate()

    assert alive


def test_a_folder_cleared_before_it_was_locked_is_given_up_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = fcntl.flock, []

    def disturbed(descriptor: int, operation: int) -> None:
        calls.append(descriptor)
        if len(calls) == 1:
            raise BlockingIOError
        if len(calls) == 2:
            for folder in tmp_path.iterdir():
                (tmp_path / "gone").mkdir(exist_ok=True)
                folder.rename(tmp_path / "gone" / folder.name)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", disturbed)

    with staging(tmp_path) as stage:
        held = stage.version.is_dir()

    assert held
    assert len(calls) == 3


def test_a_home_that_cannot_be_made_is_told_before_anything_is_done(
    tmp_path: Path,
) -> None:
    (tmp_path / "models").write_text("a file")

    with (
        pytest.raises(FolderError, match="models/mnist cannot be written: Not a dir"),
        staging(tmp_path / "models" / "mnist"),
    ):
        pytest.fail("the run went on")


def test_a_disk_that_fails_at_the_rename_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.staging.os.rename", full)

    with staging(tmp_path) as stage:
        fill(stage)
        with pytest.raises(WriteError, match="cannot be published: No space left"):
            publish(stage)

    assert list(tmp_path.iterdir()) == []
