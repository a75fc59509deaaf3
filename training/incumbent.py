"""The version that a candidate would take the place of, as it lies on disk.

Which it is and what it is worth; how the candidate compares is left to `training.gate`.
"""

from dataclasses import dataclass
from pathlib import Path

from service.artifact import read_manifest, version_numbers
from service.errors import ArtifactError
from service.versions.labels import STABLE, read_labels
from service.versions.releases import read_releases
from training.data import Mnist
from training.versus import Measured, measure


@dataclass(frozen=True)
class Incumbent:
    """The present default, measured; without a number there is none, as `note` says.

    `labelled` tells whether the label `stable` is set, if only to a damaged version.
    """

    number: int | None
    measured: Measured | None
    labelled: bool
    note: str = ""


def find_incumbent(home: Path, mnist: Mnist) -> Incumbent:
    """What `stable` points at; without that label the newest good one not refused."""
    stable = read_labels(home).get(STABLE)
    if stable is not None:
        return _measured(home, stable, mnist)
    refused = read_releases(home).refused
    for number in reversed(version_numbers(home.parent, home.name)):
        found = _measured(home, number, mnist) if number not in refused else None
        if found is not None and found.number is not None:
            return Incumbent(found.number, found.measured, labelled=False)
    note = "there is no version to compare it with"
    return Incumbent(None, None, labelled=False, note=note)


def _measured(home: Path, number: int, mnist: Mnist) -> Incumbent:
    folder = home / str(number)
    try:
        manifest = read_manifest(folder)
        if (manifest.name, manifest.version) != (home.name, number):
            raise ArtifactError(f"it holds {manifest.name} {manifest.version}")
        return Incumbent(number, measure(folder, mnist), labelled=True)
    except (ArtifactError, OSError) as error:  # it may be pruned meanwhile
        note = f"compared with nothing, since version {number} is damaged: {error}"
        return Incumbent(None, None, labelled=True, note=note)
