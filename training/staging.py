"""A hidden folder in which a version grows, until it is published by rename.

Knows nothing of what is in a version but its manifest. A run holds a kernel
lock on its own staging folder, so that the next run can tell a folder that a
killed run left from one that is in use.
"""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from service.artifact import MANIFEST, Manifest, read_manifest, write_manifest
from service.errors import ArtifactError
from service.versions.releases import last_number
from training.errors import FolderError, WriteError

_PREFIX = ".staging-"
_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)


@dataclass(frozen=True)
class Stage:
    """A run's own corner of `home`, the folder of a model's versions.

    `scratch` is for files on their way elsewhere, `version` is the version to
    be; both vanish when the run ends, unless `version` was published.
    """

    home: Path
    scratch: Path
    version: Path


@contextmanager
def staging(home: Path) -> Iterator[Stage]:
    """A fresh stage in `home`, which is made where it does not exist.

    Clears away what killed runs left, and nothing of a run that is alive.
    Raises FolderError where `home` cannot be made or written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        clear_stale(home)
        scratch, lock = _claim(home)
        version = scratch / "version"
        version.mkdir()
    except OSError as error:
        raise FolderError(f"{home} cannot be written: {error.strerror}") from error
    try:
        yield Stage(home, scratch, version)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(lock)


def clear_stale(home: Path) -> None:
    """Remove the staging folders in `home` that no live run holds."""
    for folder in home.glob(f"{_PREFIX}*"):
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def publish(stage: Stage) -> Path:
    """Give the staged version the next free number, by rename; its new path.

    Where another run takes that number first, the one after it is taken.
    Raises WriteError where the disk fails; nothing is then published.
    """
    number = next_number(stage.home)
    try:
        manifest = read_manifest(stage.version)
        _open_to_all(stage.version)
        _sync_files(stage.version)
        while not _published_as(number, stage, manifest):
            number += 1
        _sync(stage.home)
    except OSError as error:
        raise WriteError(
            f"{stage.home / str(number)} cannot be published: {error.strerror}"
        ) from error
    return stage.home / str(number)


def next_number(home: Path) -> int:
    """The number after the highest that a version in `home` has or had.

    Raises FolderError where the labels or decisions there are damaged.
    """
    try:
        return last_number(home) + 1
    except ArtifactError as error:
        raise FolderError(str(error)) from error


def _published_as(number: int, stage: Stage, manifest: Manifest) -> bool:
    write_manifest(stage.version, replace(manifest, version=number))
    (stage.version / MANIFEST).chmod(0o644)
    _sync(stage.version / MANIFEST)
    _sync(stage.version)
    try:
        # Fails on a folder with anything in it, and every version has a manifest.
        os.rename(stage.version, stage.home / str(number))
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


def _claim(home: Path) -> tuple[Path, int]:
    """A new folder and the lock on it, held until the run ends, however it ends."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
        lock = _lock(folder)
        # Another run's clear_stale may have come between the two lines above.
        if lock is not None and folder.is_dir():
            return folder, lock
        if lock is not None:
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """The descriptor that holds a lock on `folder`; None where another does."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _open_to_all(folder: Path) -> None:
    """Readable by whoever serves the version, whatever this run's umask was."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _sync_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
