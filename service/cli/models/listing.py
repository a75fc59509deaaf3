"""`mnist-models list`: the versions of a model at a glance.

Only reads; what a version's state means is said in `catalogue`.
"""

from pathlib import Path
from typing import Any

from service.cli.models.answers import Answer, as_size, as_time, table
from service.cli.models.catalogue import Entry, read_catalogue

HEADING = (
    ">version",
    "created",
    "recipe",
    ">accuracy",
    ">ECE",
    ">size",
    "labels",
    "state",
)
ECE = ("test_confidence", "calibrated", "ece")
REASON = 60
"""So many letters of a reason are listed; `show` has all of them."""


def list_versions(home: Path) -> Answer:
    """Every version of the model in `home`, the newest first."""
    catalogue = read_catalogue(home)
    newest_first = catalogue.entries[::-1]
    text = table(HEADING, [_row(entry) for entry in newest_first])
    if not newest_first:
        text = f"there are no versions in {home} yet"
    document = {
        "model": home.name,
        "folder": str(home),
        "default": catalogue.default,
        "labels": dict(catalogue.labels),
        "versions": [document_of(entry) for entry in newest_first],
        "problems": list(catalogue.problems),
    }
    return Answer(text, document, notes=catalogue.problems)


def _row(entry: Entry) -> tuple[str, ...]:
    accuracy, ece = entry.figure("test_accuracy"), entry.figure(*ECE)
    story = entry.story
    return (
        str(entry.number),
        as_time(entry.manifest.created) if entry.manifest else "-",
        entry.recipe,
        "-" if accuracy is None else f"{accuracy:.4f}",
        "-" if ece is None else f"{ece:.2%}",
        as_size(entry.size),
        ", ".join(entry.labels),
        story if len(story) <= REASON else f"{story[: REASON - 3]}...",
    )


def document_of(entry: Entry) -> dict[str, Any]:
    """What a machine is told of one version."""
    return {
        "version": entry.number,
        "created": entry.manifest.created if entry.manifest else None,
        "recipe": None if entry.recipe == "-" else entry.recipe,
        "test_accuracy": entry.figure("test_accuracy"),
        "ece": entry.figure(*ECE),
        "size": entry.size,
        "labels": list(entry.labels),
        "state": entry.state,
        "reason": entry.reason,
    }
