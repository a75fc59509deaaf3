"""What a model's folder has on disk, read cheaply enough to be done every second.

No version is opened here: what is in one is told apart by the sizes and times of
its files. Which versions are wanted is left to `service.serving.plan`.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from service.artifact import version_numbers
from service.errors import ArtifactError
from service.serving.plan import Folder
from service.versions.labels import read_labels
from service.versions.releases import read_releases


def read_folder(models_dir: Path, model: str, before: Folder) -> Folder:
    """The versions, labels and refusals of a model.

    What cannot be read now stays as it was `before`, and is told as a problem. So do
    labels and refusals where the whole folder is away: who moves it, or loses its
    disk, has decided nothing.
    """
    home = models_dir / model
    if (before.labels or before.marked) and _is_away(home):
        problem = f"labels stay as they were: {home} is gone, or empty"
        return replace(before, versions={}, problems=(problem,))
    versions, labels = before.versions, before.labels
    marked, pruned = before.marked, before.pruned
    problems = []
    try:
        numbers = version_numbers(models_dir, model)
        versions = {number: stamp(home / str(number)) for number in numbers}
    except OSError as error:
        problems.append(f"{home} cannot be read: {error.strerror}")
    try:
        labels = read_labels(home)
    except ArtifactError as error:
        problems.append(f"labels stay as they were: {error}")
    try:
        releases = read_releases(home)
        marked, pruned = releases.refused, releases.pruned
    except ArtifactError as error:
        problems.append(f"what releases.json refuses stays as it was: {error}")
    return Folder(versions, labels, marked, pruned, tuple(problems))


def stamp(folder: Path) -> str:
    """Changes with any file of the version in `folder`: its name, size or times.

    A folder that cannot be read has a stamp too, which says so.
    """
    try:
        stats = sorted(_stats(folder))
    except OSError as error:
        return f"unreadable: {error.strerror}"
    return blake2b(repr(stats).encode(), digest_size=8).hexdigest()


def _is_away(home: Path) -> bool:
    """Whether nothing at all is there; not where that cannot be told."""
    try:
        return next(home.iterdir(), None) is None
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _stats(folder: Path | str) -> Iterator[tuple[str, int, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _stats(entry.path)
            else:
                stat = entry.stat()
                # With the time of change, since a chmod may make a version readable.
                yield entry.path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
