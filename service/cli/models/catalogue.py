"""Every version of a model as it lies in its folder: what it is, and its state.

Looks at names, sizes and manifests, and of the default alone at checksums; whether a
version is fit to serve takes a proof, which `verifying` makes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Literal

from service.artifact import Manifest, read_manifest, size_of, verify, version_numbers
from service.errors import ArtifactError, FolderError, ReleaseError
from service.versions.labels import STABLE, read_labels
from service.versions.releases import Releases, default_version, read_releases

State = Literal["default", "labelled", "candidate", "earlier", "refused", "damaged"]


@dataclass(frozen=True)
class Entry:
    """One version: its manifest, None where damaged, its bytes, labels and state.

    `state` is default (answers where none is asked for), labelled (served by a
    label), candidate (newer than the default), earlier (older), refused (not fit
    to be the default) or damaged; `reason` says why, where it is one of these two.
    """

    number: int
    manifest: Manifest | None
    size: int
    labels: tuple[str, ...]
    state: State
    reason: str = ""

    def figure(self, *path: str) -> float | None:
        """A number of the manifest's metrics; None where there is none."""
        metrics: object = {} if self.manifest is None else self.manifest.metrics
        found = reduce(_part, path, metrics)
        known = isinstance(found, int | float) and not isinstance(found, bool)
        return float(found) if known else None  # type: ignore[arg-type]

    @property
    def recipe(self) -> str:
        """What it was trained by; "-" where it does not say."""
        training: Mapping[str, Any] = (
            {} if not self.manifest else self.manifest.training
        )
        return str(training.get("recipe", "-"))

    @property
    def story(self) -> str:
        """The state with its reason."""
        return f"{self.state}: {self.reason}" if self.reason else self.state


@dataclass(frozen=True)
class Catalogue:
    """The versions in `home`, ascending, with the labels and decisions on them.

    `default` is that of a service which starts now; None where it would have none.
    """

    home: Path
    entries: tuple[Entry, ...]
    labels: Mapping[str, int]
    releases: Releases
    default: int | None

    @property
    def numbers(self) -> list[int]:
        """The versions that are there, damaged ones too."""
        return [entry.number for entry in self.entries]

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the labels: a sentence for each that is of no use."""
        states = {entry.number: entry.state for entry in self.entries}
        return tuple(
            f"label {label} points at version {number}, which is "
            f"{'damaged' if number in states else 'not there'}"
            f"{self._instead if label == STABLE else ''}"
            for label, number in self.labels.items()
            if states.get(number, "damaged") == "damaged"
        )

    @property
    def _instead(self) -> str:
        """Which version answers where `stable` is of no use."""
        starts = "none" if self.default is None else f"version {self.default}"
        return (
            ": a service that runs stays with the default that it had, for one that "
            f"starts it is {starts}"
        )

    def entry(self, number: int) -> Entry:
        """The version of that number. ReleaseError where it is not there."""
        for entry in self.entries:
            if entry.number == number:
                return entry
        raise ReleaseError(
            f"there is no version {number} in {self.home}, expected one of "
            f"{self.numbers}"
        )


def read_catalogue(home: Path) -> Catalogue:
    """Look at every version in `home`.

    FolderError where it cannot be read; ArtifactError where `labels.json` or
    `releases.json` in it is damaged.
    """
    if not home.is_dir():
        raise FolderError(
            f"there is no folder {home}: name another with --models-dir and --model, "
            "or train a first version with mnist-train"
        )
    labels, releases = read_labels(home), read_releases(home)
    try:
        numbers = version_numbers(home.parent, home.name)
    except OSError as error:
        raise FolderError(f"{home} cannot be read: {error.strerror}") from error
    looked = {number: _look(home, number) for number in numbers}
    default = _default(home, looked, labels, releases)
    entries = tuple(
        _entry(home, number, looked[number], labels, releases, default)
        for number in numbers
    )
    return Catalogue(home, entries, labels, releases, default)


def _look(home: Path, number: int) -> Manifest | str:
    """Its manifest, or what is wrong with it that can be seen without reading it."""
    folder = home / str(number)
    try:
        manifest = read_manifest(folder)
        if (manifest.name, manifest.version) != (home.name, number):
            return f"it holds {manifest.name} {manifest.version}"
        lacking = [name for name in manifest.files if not (folder / name).is_file()]
    except (ArtifactError, OSError, ValueError) as error:
        return str(error)
    return f"it lacks {', '.join(lacking)}" if lacking else manifest


def _default(
    home: Path,
    looked: dict[int, Manifest | str],
    labels: Mapping[str, int],
    releases: Releases,
) -> int | None:
    """The default whose bytes are as its manifest says; of others, why, in `looked`."""
    while True:
        whole = {n: m for n, m in looked.items() if isinstance(m, Manifest)}
        default = default_version(whole, labels, releases)
        if default is None:
            return None
        try:
            verify(home / str(default), whole[default])
        except ArtifactError as error:
            looked[default] = str(error)
        else:
            return default


def _entry(
    home: Path,
    number: int,
    found: Manifest | str,
    labels: Mapping[str, int],
    releases: Releases,
    default: int | None,
) -> Entry:
    names = tuple(sorted(name for name, n in labels.items() if n == number))
    size = size_of(home / str(number))
    if isinstance(found, str):
        return Entry(number, None, size, names, "damaged", found)
    state: State = "earlier"
    if number == default:
        state = "default"
    elif number in releases.refused:
        why = releases.refused[number]
        return Entry(number, found, size, names, "refused", why)
    elif names:
        state = "labelled"
    elif default is None or number > default:
        state = "candidate"
    return Entry(number, found, size, names, state)


def _part(whole: object, name: str) -> object:
    return whole.get(name) if isinstance(whole, Mapping) else None
