"""Removes old versions of a model, and none that is, or may again be, needed.

Which are kept is told by `prunable`; a server that has loaded one goes on with what
it has in memory.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.artifact import MANIFEST, size_of, version_numbers
from service.errors import FolderError
from service.versions.durable import sync_folder
from service.versions.labels import STABLE
from service.versions.ledger import Ledger, open_ledger
from service.versions.releases import default_version

_PREFIX = ".pruned-"


@dataclass(frozen=True)
class Pruned:
    """Versions that were removed, or would be, ascending; their size in bytes."""

    versions: tuple[int, ...]
    freed: int


def prunable(ledger: Ledger, keep: int) -> tuple[int, ...]:
    """The versions that may go where the newest `keep`, 1 or more, stay.

    Besides them stay those with a label, the one that a rollback goes to, and the
    one that answers where `stable` is not set or points nowhere.
    """
    home = ledger.folder
    found = version_numbers(home.parent, home.name)
    whole = [n for n in found if (home / str(n) / MANIFEST).is_file()]
    needed = {*found[-keep:], *ledger.labels.values(), ledger.before}
    needed.add(default_version(whole, ledger.labels, ledger.releases))
    if ledger.labels.get(STABLE) not in whole:
        # Which of them serves is then for the service to find: none is taken away.
        needed.update(n for n in whole if n not in ledger.releases.refused)
    return tuple(n for n in found if n not in needed)


def prune(home: Path, keep: int, reason: str = "", *, dry_run: bool = False) -> Pruned:
    """Remove what is `prunable` from the folder of a model; nothing on a `dry_run`.

    Each is renamed to a hidden name first, so that no half a version is ever seen;
    what a killed pruning left is removed too. FolderError where that fails.
    """
    with open_ledger(home) as ledger:
        versions = prunable(ledger, keep)
        freed = sum(size_of(home / str(version)) for version in versions)
        if dry_run:
            return Pruned(versions, freed)
        _hide(home, versions)
        if versions:
            ledger.forget(versions, reason)
        _remove_hidden(home)
    return Pruned(versions, freed)


def _hide(home: Path, versions: Sequence[int]) -> None:
    try:
        for version in versions:
            hidden = tempfile.mkdtemp(prefix=f"{_PREFIX}{version}-", dir=home)
            os.rename(home / str(version), Path(hidden, str(version)))
        sync_folder(home)
    except OSError as error:
        raise FolderError(f"{home} cannot be changed: {error.strerror}") from error


def _remove_hidden(home: Path) -> None:
    try:
        for folder in home.glob(f"{_PREFIX}*"):
            shutil.rmtree(folder)
    except OSError as error:
        raise FolderError(
            f"{error.filename} cannot be removed, though no version is in the way any "
            f"more: {error.strerror}"
        ) from error
