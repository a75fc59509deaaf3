"""What was decided about the versions of a model, in a small file beside them.

`models/<name>/releases.json`: `{"refused": {"4": "why"}, "history": [...]}`. Whether
a version is fit to serve is proved elsewhere; where labels point is in
`service.versions.labels`; decisions are taken in `service.versions.ledger`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from service.artifact import version_numbers
from service.errors import ArtifactError
from service.versions.durable import replace_durably
from service.versions.labels import STABLE, read_labels

RELEASES = "releases.json"
ROLLED_BACK = "rolled back"
PROMOTED = "promoted"
PRUNED = "pruned"


@dataclass(frozen=True)
class Decision:
    """One thing that was done: `label` moved to `version`, and what it left.

    `time` is ISO 8601 in UTC; `action` promoted, rolled back, labelled, label removed,
    refused or pruned; `before` the version that the label pointed at, None for none.
    """

    time: str
    action: str
    version: int
    label: str | None = None
    before: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Releases:
    """Versions that were found not fit to serve, with why, and the decisions so far.

    The decisions come oldest first.
    """

    refused: Mapping[int, str] = field(default_factory=dict)
    history: tuple[Decision, ...] = ()

    @property
    def pruned(self) -> frozenset[int]:
        """The versions that were removed on purpose; no number is given twice."""
        return frozenset(d.version for d in self.history if d.action == PRUNED)


def default_version(
    versions: Collection[int], labels: Mapping[str, int], releases: Releases
) -> int | None:
    """Which of `versions`, all fit to serve, answers where none is asked for.

    The one with the label `stable`; else the newest that was not refused.
    """
    stable = labels.get(STABLE)
    if stable is not None and stable in versions:
        return stable
    return max((n for n in versions if n not in releases.refused), default=None)


def version_before(history: Sequence[Decision], stable: int) -> int | None:
    """The version that `stable` pointed at before it came to the one it is at now.

    Each rollback goes one step further back, as "undo" does. None where no other
    version is known, or where what there was before is no longer in the history.
    """
    trail: list[int] = []
    for decision in history:
        if decision.label == STABLE and decision.action == ROLLED_BACK:
            _step_back(trail, decision.version)
        elif decision.label == STABLE and decision.action == PROMOTED:
            _step(trail, decision.before)
            _step(trail, decision.version)
    _step(trail, stable)  # where it was moved by hand
    return trail[-2] if len(trail) > 1 else None


def last_of_stable(history: Sequence[Decision]) -> Decision | None:
    """The last decision that moved the label `stable`; None where there is none."""
    moved = [decision for decision in history if decision.label == STABLE]
    return moved[-1] if moved else None


def last_number(folder: Path) -> int:
    """The highest number that a version in `folder` has, or ever had; 0 for none.

    A number is not given twice: a label or a decision would mean another version.
    ArtifactError where `labels.json` or `releases.json` is damaged.
    """
    releases = read_releases(folder)
    named = {*releases.refused, *(decision.version for decision in releases.history)}
    there = version_numbers(folder.parent, folder.name)
    return max({*there, *named, *read_labels(folder).values()}, default=0)


def _step(trail: list[int], version: int | None) -> None:
    if version is not None and trail[-1:] != [version]:
        trail.append(version)


def _step_back(trail: list[int], version: int) -> None:
    while trail and trail[-1] != version:
        trail.pop()
    _step(trail, version)


def read_releases(folder: Path) -> Releases:
    """What was decided about the versions in `folder`; nothing where no file is.

    ArtifactError where it cannot be read, or is not as written.
    """
    path = folder / RELEASES
    try:
        document = json.loads(path.read_bytes())
        return _releases(document)
    except FileNotFoundError:
        return Releases()
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise ArtifactError(f"{path} is not a list of decisions: {error}") from error


def write_releases(folder: Path, releases: Releases) -> None:
    """Put `releases` in place of those of the model in `folder`, by rename.

    OSError where the disk does not take it; the file is then as it was.
    """
    refused = {str(n): reason for n, reason in sorted(releases.refused.items())}
    history = [_stripped(decision) for decision in releases.history]
    text = json.dumps({"refused": refused, "history": history}, indent=2) + "\n"
    replace_durably(folder / RELEASES, text.encode())


def _releases(document: Mapping[str, Any]) -> Releases:
    refused = document.get("refused", {})
    return Releases(
        {int(version): str(reason) for version, reason in refused.items()},
        tuple(_decision(decision) for decision in document.get("history", ())),
    )


def _decision(document: Mapping[str, Any]) -> Decision:
    decision = Decision(**document)
    numbers = (decision.version, 0 if decision.before is None else decision.before)
    texts = (decision.time, decision.action, decision.label or "", decision.reason)
    if any(type(n) is not int for n in numbers) or not all(
        isinstance(text, str) for text in texts
    ):
        raise TypeError(f"{document} has a value of the wrong type")
    return decision


def _stripped(decision: Decision) -> dict[str, Any]:
    """The fields that say something."""
    return {k: v for k, v in asdict(decision).items() if v not in (None, "")}
