"""A version whose report is rewritten is whole at every moment."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from service.artifact import (
    MANIFEST,
    checksums,
    read_manifest,
    verify,
    write_manifest,
)
from tests.fakes import fake_manifest, fake_version
from training.errors import UsageError, WriteError
from training.measuring import resealing
from training.measuring.resealing import reseal

CONTENTS = {"model_card.md": b"new card", "robustness.json": b"{}"}


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "GRACE_SECONDS", 0)


@pytest.fixture
def version(tmp_path: Path) -> Path:
    """A version that has a card already."""
    folder = fake_version(tmp_path)
    (folder / "report").mkdir()
    (folder / "report" / "model_card.md").write_bytes(b"old card")
    (folder / "report" / "metrics.json").write_bytes(b"{}")
    write_manifest(folder, fake_manifest(1, checksums(folder)))
    return folder


def test_what_is_written_is_there_and_vouched_for(version: Path) -> None:
    before = read_manifest(version)

    reseal(version, CONTENTS)

    manifest = read_manifest(version)
    assert (version / "report" / "model_card.md").read_bytes() == b"new card"
    assert dict(manifest.files) == checksums(version)
    assert "report/robustness.json" in manifest.files
    assert (manifest.name, manifest.metrics) == (before.name, before.metrics)


def test_a_report_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    folder = fake_version(tmp_path)

    reseal(folder, CONTENTS)

    verify(folder, read_manifest(folder))
    assert (folder / "report" / "robustness.json").read_bytes() == b"{}"


def test_the_version_passes_verification_after_every_step(
    version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, renamed = os.replace, []

    def checked(source: Path, target: Path) -> None:
        verify(version, read_manifest(version))
        replace(source, target)
        verify(version, read_manifest(version))
        renamed.append(target.name)

    monkeypatch.setattr(os, "replace", checked)
    reseal(version, CONTENTS)

    assert renamed == [MANIFEST, "model_card.md", "robustness.json", MANIFEST]


def test_a_service_that_just_read_the_manifest_is_given_time(
    version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[bytes] = []

    def sleep(_seconds: float) -> None:
        waited.append((version / "report" / "model_card.md").read_bytes())

    monkeypatch.setattr("time.sleep", sleep)
    reseal(version, CONTENTS)

    assert waited == [b"old card"]


@pytest.mark.parametrize("step", range(4))
def test_a_disk_that_fails_at_any_step_leaves_a_whole_version(
    version: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    replace = os.replace
    done: list[Path] = []

    def failing(source: Path, target: Path) -> None:
        if len(done) == step:
            raise OSError(28, "No space left on device")
        replace(source, target)
        done.append(target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", failing)
        with pytest.raises(WriteError, match="No space left"):
            reseal(version, CONTENTS)

    verify(version, read_manifest(version))
    assert not list((version / "report").glob(".*"))
    reseal(version, CONTENTS)
    assert set(read_manifest(version).files) >= {"report/model_card.md"}
    verify(version, read_manifest(version))


def test_a_damaged_version_is_not_given_a_new_seal(version: Path) -> None:
    (version / "model.tflite").write_bytes(b"damaged")
    before = (version / MANIFEST).read_bytes()

    with pytest.raises(UsageError, match=r"nothing was written: .*model\.tflite"):
        reseal(version, CONTENTS)

    assert (version / MANIFEST).read_bytes() == before
    assert (version / "report" / "model_card.md").read_bytes() == b"old card"


def test_two_commands_do_not_write_to_one_version_at_a_time(version: Path) -> None:
    descriptor = os.open(version, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    with pytest.raises(UsageError, match="another command is writing"):
        reseal(version, CONTENTS)

    os.close(descriptor)
    reseal(version, CONTENTS)


def test_a_folder_that_is_no_version_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"manifest\.json"):
        reseal(tmp_path, CONTENTS)
    with pytest.raises(WriteError, match="nowhere"):
        reseal(tmp_path / "nowhere", CONTENTS)


def test_others_may_read_what_was_written_whatever_the_umask(version: Path) -> None:
    before = os.umask(0o077)

    reseal(version, CONTENTS)

    assert os.umask(before) == 0o077
    for path in (version / MANIFEST, version / "report" / "robustness.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
