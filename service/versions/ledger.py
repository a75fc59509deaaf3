"""Decisions about the versions of a model, taken one at a time.

A label moves, a version is refused or goes; each is kept in `releases.json`. Whether a
version is fit for it is proved before, by who decides.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from service.artifact import version_numbers
from service.errors import FolderError, ReleaseError
from service.versions.labels import LABEL, STABLE, read_labels, write_labels
from service.versions.releases import (
    PROMOTED,
    PRUNED,
    ROLLED_BACK,
    Decision,
    Releases,
    read_releases,
    version_before,
    write_releases,
)

KEPT = 200
"""The newest decisions; older ones are forgotten, so that the file does not grow."""


class Ledger:
    """What is decided about the versions in `folder`; see `open_ledger`.

    Every change is on the disk when its method returns. FolderError where the disk
    does not take it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels: Mapping[str, int] = read_labels(folder)
        self.releases: Releases = read_releases(folder)

    @property
    def before(self) -> int | None:
        """The version that a rollback goes to; None where there is none."""
        stable = self.labels.get(STABLE)
        return None if stable is None else version_before(self.releases.history, stable)

    def promote(self, version: int, reason: str = "") -> Decision:
        """Make `version` the default. What was held against it is dropped."""
        return self._point(PROMOTED, STABLE, version, reason)

    def roll_back(self, version: int, reason: str = "") -> Decision:
        """Make `version` the default again: see `before`."""
        return self._point(ROLLED_BACK, STABLE, version, reason)

    def label(self, name: str, version: int, reason: str = "") -> Decision:
        """Point a label at `version`; `stable` is that of a promotion."""
        if name == STABLE:
            return self.promote(version, reason)
        return self._point("labelled", name, version, reason)

    def remove_label(self, name: str, reason: str = "") -> Decision:
        """Take a label away. ReleaseError where there is none of that name."""
        if name not in self.labels:
            raise ReleaseError(
                f"there is no label {name!r}, expected one of {sorted(self.labels)}"
            )
        version = self.labels[name]
        self._write_labels({k: v for k, v in self.labels.items() if k != name})
        return self._decide("label removed", version, name, version, reason)

    def refuse(self, version: int, reason: str) -> Decision:
        """Mark `version`, which may not be there yet: it is no default by itself."""
        refused = {**self.releases.refused, version: reason}
        self.releases = replace(self.releases, refused=refused)
        return self._decide("refused", version, reason=reason)

    def forget(self, versions: Sequence[int], reason: str = "") -> None:
        """Keep that `versions` are gone, and hold nothing against their numbers."""
        refused = self.releases.refused
        left = {n: why for n, why in refused.items() if n not in versions}
        self.releases = replace(self.releases, refused=left)
        for version in versions:
            self._decide(PRUNED, version, reason=reason)

    def _point(self, action: str, label: str, version: int, reason: str) -> Decision:
        """In this order, a reader or a power cut between two steps finds no harm.

        What goes on serving meanwhile is what the label points at; a decision is
        not kept before it is carried out, or a rollback might go by it.
        """
        self._check(label, version)
        before = self.labels.get(label)
        if label == STABLE and version in self.releases.refused:
            refused = {n: w for n, w in self.releases.refused.items() if n != version}
            self._write_releases(replace(self.releases, refused=refused))
        self._write_labels({**self.labels, label: version})
        return self._decide(action, version, label, before, reason)

    def _check(self, label: str, version: int) -> None:
        if not LABEL.fullmatch(label):
            raise ReleaseError(
                f"{label!r} is no label, expected up to 64 letters, digits and '_', "
                "not all of them digits"
            )
        there = version_numbers(self.folder.parent, self.folder.name)
        if version not in there:
            raise ReleaseError(
                f"there is no version {version} in {self.folder}, expected one of "
                f"{list(there)}"
            )

    def _decide(
        self,
        action: str,
        version: int,
        label: str | None = None,
        before: int | None = None,
        reason: str = "",
    ) -> Decision:
        time = datetime.now(UTC).isoformat(timespec="seconds")
        decision = Decision(time, action, version, label, before, reason)
        history = (*self.releases.history, decision)[-KEPT:]
        self._write_releases(replace(self.releases, history=history))
        return decision

    def _write_labels(self, labels: Mapping[str, int]) -> None:
        with _disk(self.folder):
            write_labels(self.folder, labels)
        self.labels = labels

    def _write_releases(self, releases: Releases) -> None:
        with _disk(self.folder):
            write_releases(self.folder, releases)
        self.releases = releases


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """The ledger of the model in `folder`, which nobody else changes meanwhile.

    The kernel keeps the lock, so that one who is killed holds up nobody. It is on the
    folder itself: nothing is left lying there. Waits while another decides.

    FolderError where there is no such folder; ArtifactError where its `labels.json`
    or `releases.json` is damaged: nobody's hand-written file is overwritten.
    """
    with _disk(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with _disk(folder):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield Ledger(folder)
    finally:
        os.close(descriptor)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderError(f"{folder} cannot be changed: {error.strerror}") from error
