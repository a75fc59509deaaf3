"""What was decided about the versions of a model, in a small file beside them.

`models/<name>/releases.json`: `{"refused": {"4": "why"}, "history": [...]}`. Whether
a version is fit to serve is proved elsewhere; where labels point is in
`service.labels`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.errors import ArtifactError

RELEASES = "releases.json"


@dataclass(frozen=True)
class Decision:
    """One thing that was done: `stable` moved to `version`, and what it left.

    `time` is ISO 8601 in UTC, `action` promoted, rolled back, labelled, refused or
    pruned; `before` the version that the label pointed at, None for none.
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


def _releases(document: Mapping[str, Any]) -> Releases:
    refused = document.get("refused", {})
    return Releases(
        {int(version): str(reason) for version, reason in refused.items()},
        tuple(Decision(**decision) for decision in document.get("history", ())),
    )
