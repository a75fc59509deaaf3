"""One model version on disk: its layout, its manifest, its checksums.

The contract between the job that writes versions and the service that reads
them. Knows nothing of arrays, networks or engines: standard library only.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from service.errors import ArtifactError
from service.fingerprint import Fingerprint, fingerprint_in

FORMAT = 1
MANIFEST = "manifest.json"
KERAS_MODEL = "model.keras"
TFLITE_MODEL = "model.tflite"
GOLDEN = "golden.npz"
TYPICALITY = "typicality.npz"
REPORT = "report"

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""What a model may be called: the name of its folder."""

_VERSION = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of the network: name, dtype and shape, -1 for the batch."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Calibration:
    """What makes the network's probabilities mean what they say.

    Its logits are divided by `temperature`, above 0, which was fitted to
    `pictures` that the network had not learned from.
    """

    temperature: float
    pictures: int


@dataclass(frozen=True)
class Manifest:
    """What a version says of itself, checked before anything of it is opened.

    `files` maps every other file's relative path to its sha256 in hex.
    `tolerance` is the largest difference, per probability, that an engine may
    show on the golden digits. `metrics` and `training` are for people and
    reports; the service reads neither.
    """

    name: str
    version: int
    created: str
    input: TensorSpec
    output: TensorSpec
    labels: tuple[str, ...]
    files: Mapping[str, str]
    tolerance: float
    metrics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    calibration: Calibration | None = None
    fingerprint: Fingerprint | None = None
    format: int = FORMAT


def version_numbers(models_dir: Path, name: str) -> tuple[int, ...]:
    """The version numbers found in `models_dir/name`, ascending.

    Hidden folders, files and names that are no positive integer do not count;
    a folder that does not exist has no versions.
    """
    folder = models_dir / name
    if not folder.is_dir():
        return ()
    return tuple(
        sorted(
            int(entry.name)
            for entry in folder.iterdir()
            if _VERSION.fullmatch(entry.name) and entry.is_dir()
        )
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the version in `folder`.

    Raises ArtifactError where it is missing, is not JSON, has another format
    than this code writes, or lacks a key. Unknown keys are ignored.
    """
    path = folder / MANIFEST
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{path} is not JSON: {error}") from error
    found = document.get("format") if isinstance(document, dict) else None
    if found != FORMAT:
        raise ArtifactError(f"{path} has format {found!r}, expected {FORMAT}")
    try:
        return _manifest(document)
    except KeyError as error:
        raise ArtifactError(f"{path} lacks the key {error}") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ArtifactError(f"{path} has a value of the wrong type: {error}") from error


def _manifest(document: Mapping[str, Any]) -> Manifest:
    return Manifest(
        name=str(document["name"]),
        version=int(document["version"]),
        created=str(document["created"]),
        input=_tensor_spec(document["input"]),
        output=_tensor_spec(document["output"]),
        labels=tuple(str(label) for label in document["labels"]),
        files={str(path): str(digest) for path, digest in document["files"].items()},
        tolerance=_tolerance(float(document["tolerance"])),
        metrics=dict(document.get("metrics", {})),
        training=dict(document.get("training", {})),
        calibration=_calibration(document.get("calibration")),
        fingerprint=fingerprint_in(document.get("fingerprint")),
    )


def _tensor_spec(document: Mapping[str, Any]) -> TensorSpec:
    return TensorSpec(
        name=str(document["name"]),
        dtype=str(document["dtype"]),
        shape=tuple(int(size) for size in document["shape"]),
    )


def _calibration(document: Mapping[str, Any] | None) -> Calibration | None:
    if document is None:
        return None
    temperature = float(document["temperature"])
    if 0.01 <= temperature <= 100:
        return Calibration(temperature, int(document["pictures"]))
    raise ValueError(f"calibration temperature {temperature}, expected 0.01 to 100")


def _tolerance(value: float) -> float:
    if 0 <= value < 1:
        return value
    raise ValueError(f"tolerance {value}, expected 0 to 1: it is on probabilities")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest` into `folder`, beside and renamed."""
    text = json.dumps(asdict(manifest), indent=2) + "\n"
    beside = folder / f".{MANIFEST}"
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, folder / MANIFEST)


def checksums(folder: Path) -> dict[str, str]:
    """sha256 in hex of every file below `folder` but the manifest, by path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in files
        if path != folder / MANIFEST
    }


def sha256(path: Path) -> str:
    """sha256 of one file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(folder: Path) -> int:
    """The bytes in all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def verify(folder: Path, manifest: Manifest) -> None:
    """Check every file that the manifest lists against its sha256.

    Raises ArtifactError naming the first file that is missing, lies outside
    the folder or has other bytes, and where a file to serve is not listed.
    """
    for required in (KERAS_MODEL, TFLITE_MODEL, GOLDEN):
        if required not in manifest.files:
            raise ArtifactError(f"{folder / MANIFEST} lists no {required}")
    for name, expected in manifest.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ArtifactError(f"{folder / MANIFEST} lists {name!r}, outside it")
        try:
            found = sha256(folder / path)
        except (OSError, ValueError) as error:  # ValueError: no name for a file
            raise ArtifactError(f"{name!r} cannot be read: {error}") from error
        if found != expected:
            raise ArtifactError(
                f"{folder / path} has sha256 {found}, expected {expected}"
            )
