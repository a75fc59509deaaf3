"""The versions: which answers by default and since when, which others, which not."""

from dataclasses import dataclass

from service.counting.metrics import (
    PREDICTIONS,
    REFUSALS,
    REQUESTS,
    STAGE_SECONDS,
    SWAP_SECONDS,
)
from service.errors import ArtifactError
from service.measured import Distribution
from service.serving.snapshot import Snapshot
from service.settings import Settings
from service.versions.releases import last_of_stable, read_releases
from service.web.report import has_card
from service.web.status.numbers import Numbers
from service.web.status.words import count, moment, took, written

DONE = {
    "promoted": "promoted",
    "rolled back": "rolled back to",
    "labelled": "labelled stable",
}
"""What a decision, by which a version answers by default, did with it."""


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

    The default one answers since then, as was `decided`, if it was. `problems` are
    sentences.
    """

    default: int | None
    since: str
    decided: str
    served: tuple[Served, ...]
    refused: tuple[tuple[int, str], ...]
    problems: tuple[str, ...]
    swaps: int
    swap_took: str
    refusals: int

    @classmethod
    def of(
        cls, numbers: Numbers, snapshot: Snapshot, settings: Settings, since: float
    ) -> "Versions":
        """Of what is served now, the newest first, by default `since` then."""
        swaps = numbers.spread(SWAP_SECONDS)
        return cls(
            default=snapshot.default,
            since=moment(since),
            decided=_decided(snapshot, settings),
            served=tuple(
                _served(numbers, snapshot, number)
                for number in sorted(snapshot.models, reverse=True)
            ),
            refused=tuple(sorted(snapshot.refused.items(), reverse=True)),
            problems=snapshot.problems,
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


def _decided(snapshot: Snapshot, settings: Settings) -> str:
    """By which decision the default version answers, in words; empty for none."""
    try:
        history = read_releases(settings.models_dir / settings.model).history
    except ArtifactError:  # told where the folder is read, with what is wrong
        return ""
    last = last_of_stable(history)
    if last is None or last.version != snapshot.default or last.action not in DONE:
        return ""
    return f"{DONE[last.action]} on {written(last.time)}"
