"""One version on disk: its number, its manifest, its checksums."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.artifact import (
    MANIFEST,
    Calibration,
    read_manifest,
    version_numbers,
    write_manifest,
)
from service.errors import ArtifactError
from tests.fakes import fake_manifest, fake_version


def test_versions_are_listed_by_number_and_nothing_else_counts(tmp_path: Path) -> None:
    for name in ("10", "9", "2", "0", "-1", "03", ".4", "5.tmp", "1234567890", "new"):
        (tmp_path / "mnist" / name).mkdir(parents=True)
    (tmp_path / "mnist" / "7").write_text("a file")

    assert version_numbers(tmp_path, "mnist") == (2, 9, 10)


def test_a_model_without_a_folder_has_no_versions(tmp_path: Path) -> None:
    assert version_numbers(tmp_path, "mnist") == ()


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    manifest = fake_manifest(3, {"model.keras": "ab"})

    write_manifest(tmp_path, manifest)

    assert read_manifest(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


def _edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / MANIFEST
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A version whose manifest and files agree."""
    return fake_version(tmp_path)


def test_keys_that_a_later_format_may_add_are_ignored(folder: Path) -> None:
    before = read_manifest(folder)

    _edit(folder, lambda document: document.update(colour="red"))

    assert read_manifest(folder) == before


def test_what_only_reports_need_may_be_missing(folder: Path) -> None:
    before = read_manifest(folder)

    _edit(folder, lambda document: document.pop("metrics"))
    _edit(folder, lambda document: document.pop("training"))
    _edit(folder, lambda document: document.pop("calibration"))

    assert read_manifest(folder) == replace(before, metrics={}, training={})


def test_the_calibration_comes_back_as_it_was_written(folder: Path) -> None:
    calibrated = replace(read_manifest(folder), calibration=Calibration(1.5, 60))

    write_manifest(folder, calibrated)

    assert read_manifest(folder) == calibrated


@pytest.mark.parametrize(
    ("calibration", "reason"),
    [
        ({"temperature": 0, "pictures": 60}, "temperature 0.0, expected 0.01 to 100"),
        ({"temperature": -1, "pictures": 60}, "temperature -1.0"),
        ({"temperature": float("nan"), "pictures": 60}, "temperature nan"),
        ({"temperature": "hot", "pictures": 60}, "wrong type"),
        ({"temperature": 1.5}, "lacks the key 'pictures'"),
        ({}, "lacks the key 'temperature'"),
        ([1.5], "wrong type"),
    ],
)
def test_a_calibration_that_cannot_be_is_refused(
    folder: Path, calibration: object, reason: str
) -> None:
    _edit(folder, lambda document: document.update(calibration=calibration))

    with pytest.raises(ArtifactError, match=reason):
        read_manifest(folder)


@pytest.mark.parametrize("found", [0, 2, "1", None, [1]])
def test_an_unknown_format_is_refused(folder: Path, found: object) -> None:
    _edit(folder, lambda document: document.update(format=found))

    with pytest.raises(ArtifactError) as refusal:
        read_manifest(folder)

    assert str(refusal.value).endswith(f"has format {found!r}, expected 1")


@pytest.mark.parametrize(
    "key",
    ["name", "version", "created", "input", "output", "labels", "files", "tolerance"],
)
def test_a_missing_key_is_named(folder: Path, key: str) -> None:
    _edit(folder, lambda document: document.pop(key))

    with pytest.raises(ArtifactError, match=f"lacks the key '{key}'"):
        read_manifest(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "one"),
        ("version", None),
        ("version", math.inf),
        ("input", "pixels"),
        ("output", {"name": "y", "dtype": "float32", "shape": 10}),
        ("output", {"name": "y", "dtype": "float32", "shape": [math.inf]}),
        ("labels", 10),
        ("files", ["model.keras"]),
        ("tolerance", "small"),
        ("tolerance", None),
        ("tolerance", -1e-5),
        ("tolerance", math.inf),
        ("tolerance", math.nan),
        ("metrics", 3),
        ("training", None),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(
    folder: Path, key: str, value: object
) -> None:
    _edit(folder, lambda document: document.update({key: value}))

    with pytest.raises(ArtifactError, match="has a value of the wrong type"):
        read_manifest(folder)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff\xfe", b'{"a": 1}}', b"[" * 100_000, b"9" * 10_000]
)
def test_a_manifest_that_is_not_json_is_refused(folder: Path, text: bytes) -> None:
    (folder / MANIFEST).write_bytes(text)

    with pytest.raises(ArtifactError, match=r"manifest\.json is not JSON"):
        read_manifest(folder)


@pytest.mark.parametrize("text", [b"[]", b"1", b"null", b"{}"])
def test_json_that_is_no_manifest_is_refused(folder: Path, text: bytes) -> None:
    (folder / MANIFEST).write_bytes(text)

    with pytest.raises(ArtifactError, match="has format None, expected 1"):
        read_manifest(folder)


def test_a_missing_manifest_is_refused(folder: Path) -> None:
    (folder / MANIFEST).unlink()

    with pytest.raises(ArtifactError, match="No such file or directory"):
        read_manifest(folder)
