"""The versions: which answers by default and since when, which others, which not."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.errors import ArtifactError
from service.measured import Distribution
from service.metrics import (
    PREDICTIONS,
    REFUSALS,
    REQUESTS,
    STAGE_SECONDS,
    START_TIME,
    SWAP_SECONDS,
)
from service.releases import Decision, read_releases
from service.settings import Settings
from service.snapshot import Snapshot
from service.web.report import has_card
from service.web.status.numbers import Numbers
from service.web.status.words import count, moment, took, written

STABLE = "stable"
DONE = {
    "promoted": "since it was promoted",
    "rolled back": "since it was rolled back to",
    "labelled": "since it was labelled stable",
}
"""What a decision says of the version that has answered by default since."""


@dataclass(frozen=True)
class Served:
    """One version that is ready to answer, and what it was asked since the start."""

    number: int
    default: bool
    labels: str
    made: str
    requests: str
    pictures: str
    median: str
    card: bool


@dataclass(frozen=True)
class Versions:
    """Those that are served and those that were refused, with why.

    `since` is a sentence that says when the default one came to answer, as far as
    that is known.
    """

    default: int | None
    since: str
    served: tuple[Served, ...]
    refused: tuple[tuple[int, str], ...]
    swaps: int
    swap_took: str
    refusals: int

    @classmethod
    def of(cls, numbers: Numbers, snapshot: Snapshot, settings: Settings) -> "Versions":
        """Of what is served now, the newest first."""
        swaps = numbers.spread(SWAP_SECONDS)
        return cls(
            default=snapshot.default,
            since=_since(numbers, snapshot, settings),
            served=tuple(
                _served(numbers, snapshot, number)
                for number in sorted(snapshot.models, reverse=True)
            ),
            refused=tuple(sorted(snapshot.refused.items(), reverse=True)),
            swaps=swaps.count,
            swap_took=took(swaps.mean),
            refusals=int(numbers.one(REFUSALS)),
        )


def _served(numbers: Numbers, snapshot: Snapshot, number: int) -> Served:
    version, manifest = str(number), snapshot.models[number].manifest
    compute: Distribution = numbers.spread(
        STAGE_SECONDS, lambda of: of == ("compute", version)
    )
    labels = sorted(label for label, at in snapshot.labels.items() if at == number)
    return Served(
        number=number,
        default=number == snapshot.default,
        labels=", ".join(labels),
        made=written(manifest.created),
        requests=count(numbers.sum(REQUESTS, lambda of: of[2] == version)),
        pictures=count(numbers.sum(PREDICTIONS, lambda of: of[0] == version)),
        median=took(compute.quantile(0.5)),
        card=has_card(manifest),
    )


def _since(numbers: Numbers, snapshot: Snapshot, settings: Settings) -> str:
    """When it was decided that the default version answers, else what is known."""
    try:
        history = read_releases(settings.models_dir / settings.model).history
    except ArtifactError:  # the log of the service says so, and what is wrong
        history = ()
    decision = _last_of_stable(history)
    if decision is not None and decision.version == snapshot.default:
        return _answers(snapshot, DONE.get(decision.action, ""), written(decision.time))
    if numbers.spread(SWAP_SECONDS).count == 0:
        start = moment(numbers.one(START_TIME))
        return _answers(snapshot, "since the service started", start)
    return ""


def _answers(snapshot: Snapshot, since: str, when: str) -> str:
    if snapshot.default is None or not since:
        return ""
    return f"Version {snapshot.default} answers by default {since}, {when}."


def _last_of_stable(history: Iterable[Decision]) -> Decision | None:
    """The last decision that moved the label by which the default is named."""
    moved = [decision for decision in history if decision.label == STABLE]
    return moved[-1] if moved else None
