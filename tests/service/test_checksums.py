"""Nothing is opened that the manifest does not vouch for."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from service.artifact import (
    GOLDEN,
    KERAS_MODEL,
    MANIFEST,
    TFLITE_MODEL,
    Manifest,
    checksums,
    read_manifest,
    verify,
)
from service.errors import ArtifactError
from tests.fakes import fake_version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A version whose manifest and files agree."""
    return fake_version(tmp_path)


@pytest.fixture
def manifest(folder: Path) -> Manifest:
    return read_manifest(folder)


def test_every_file_but_the_manifest_has_a_checksum(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "data").write_bytes(b"abc")
    (tmp_path / "variables" / MANIFEST).write_bytes(b"")
    (tmp_path / MANIFEST).write_bytes(b"{}")

    found = checksums(tmp_path)

    assert found == {
        "variables/data": hashlib.sha256(b"abc").hexdigest(),
        f"variables/{MANIFEST}": hashlib.sha256(b"").hexdigest(),
    }


def test_files_as_they_were_written_pass(folder: Path, manifest: Manifest) -> None:
    verify(folder, manifest)


@pytest.mark.parametrize("name", [KERAS_MODEL, TFLITE_MODEL, GOLDEN])
def test_one_changed_bit_is_found(folder: Path, manifest: Manifest, name: str) -> None:
    changed = bytearray((folder / name).read_bytes())
    changed[-1] ^= 1
    (folder / name).write_bytes(changed)

    with pytest.raises(ArtifactError) as refusal:
        verify(folder, manifest)

    found = hashlib.sha256(changed).hexdigest()
    expected = manifest.files[name]
    said = f"{folder / name} has sha256 {found}, expected {expected}"
    assert str(refusal.value) == said


@pytest.mark.parametrize("name", [KERAS_MODEL, TFLITE_MODEL, GOLDEN])
def test_a_missing_file_is_named(folder: Path, manifest: Manifest, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ArtifactError, match=f"'{name}' cannot be read: .*No such file"):
        verify(folder, manifest)


@pytest.mark.parametrize("name", [KERAS_MODEL, TFLITE_MODEL, GOLDEN])
def test_a_file_to_serve_must_be_listed(
    folder: Path, manifest: Manifest, name: str
) -> None:
    others = {path: digest for path, digest in manifest.files.items() if path != name}

    with pytest.raises(ArtifactError, match=f"lists no {name}"):
        verify(folder, replace(manifest, files=others))


@pytest.mark.parametrize("name", ["/etc/hostname", "../2/model.keras", "a/../../b"])
def test_a_path_out_of_the_folder_is_refused_unread(
    folder: Path, manifest: Manifest, name: str
) -> None:
    files = {**manifest.files, name: "0" * 64}

    with pytest.raises(ArtifactError, match=f"lists '{name}', outside it"):
        verify(folder, replace(manifest, files=files))


@pytest.mark.parametrize("name", ["report", "nul\0byte", "\ud800"])
def test_a_name_that_is_no_file_is_refused(
    folder: Path, manifest: Manifest, name: str
) -> None:
    (folder / "report").mkdir()
    files = {**manifest.files, name: "0" * 64}

    with pytest.raises(ArtifactError, match="cannot be read"):
        verify(folder, replace(manifest, files=files))
