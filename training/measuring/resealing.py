"""Changes report files of a published version while it may be being served.

The manifest vouches for every file, so it first lets go of those that change.
What is written is left to others; weights and golden digits are never touched.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from service.artifact import REPORT, read_manifest, sha256, verify, write_manifest
from service.errors import ArtifactError
from training.errors import UsageError, WriteError

GRACE_SECONDS = 1.0
"""For a service that read the manifest just before: it checks the files at once."""


def reseal(version: Path, contents: Mapping[str, bytes]) -> None:
    """Write `contents` by file name into the report of `version`, new or changed.

    At every step the version passes `service.artifact.verify`: the manifest
    leaves those files out, they are written beside and renamed, the manifest
    lists them again with their new sha256. Stopped in between, the version is
    whole but for the report files that its manifest then does not list, and
    writing again mends it.

    Raises UsageError where the version is damaged already or another command is
    writing to it, WriteError where the disk fails.
    """
    names = {f"{REPORT}/{name}": content for name, content in contents.items()}
    try:
        with _alone(version), _readable_by_all():
            manifest = read_manifest(version)
            verify(version, manifest)
            files = {p: d for p, d in manifest.files.items() if p not in names}
            write_manifest(version, replace(manifest, files=files))
            if len(files) < len(manifest.files):
                time.sleep(GRACE_SECONDS)
            (version / REPORT).mkdir(exist_ok=True)
            for name, content in names.items():
                replace_file(version / name, content)
            files |= {name: sha256(version / name) for name in names}
            write_manifest(
                version, replace(manifest, files=dict(sorted(files.items())))
            )
    except ArtifactError as error:
        raise UsageError(f"nothing was written: {error}") from error
    except OSError as error:
        raise WriteError(f"{version} could not be written: {error.strerror}") from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside and rename it: it is never seen half-written."""
    beside = path.with_name(f".{path.name}")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _alone(version: Path) -> Iterator[None]:
    """No two commands reseal one version at a time; the kernel keeps the lock."""
    descriptor = os.open(version, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UsageError(
            f"another command is writing to {version}; try again when it is done"
        ) from error
    finally:
        os.close(descriptor)


@contextmanager
def _readable_by_all() -> Iterator[None]:
    """Whoever serves the version may be another user than who measures it."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)
