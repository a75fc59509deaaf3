"""Versions that are tried out: beside the default one, or on a part of what comes."""

from dataclasses import dataclass

from service.counting.metrics import CANARY_REQUESTS, REQUESTS, SHADOW_DROPPED, SHADOWED
from service.serving.routing import Share
from service.serving.snapshot import Snapshot
from service.web.status.numbers import Numbers
from service.web.status.words import count, part


@dataclass(frozen=True)
class Trial:
    """What MNIST_CANARY asks for, and the part of what was answered that it made up.

    `version` is where its label points, None where at none that is served.
    """

    label: str
    percent: str
    version: int | None
    requests: str
    share: str


@dataclass(frozen=True)
class Shadow:
    """How often a version read the same digit as the one that answered."""

    version: str
    pictures: str
    same: str
    different: str
    agreement: str


@dataclass(frozen=True)
class Shadows:
    """Each version that read in the shadow, and the requests that none did."""

    versions: tuple[Shadow, ...]
    dropped: str


def canary(numbers: Numbers, snapshot: Snapshot, asked: Share | None) -> Trial | None:
    """None where no share of the requests is `asked` for."""
    if asked is None:
        return None
    requests = numbers.sum(CANARY_REQUESTS, lambda of: of[0] == asked.label)
    answered = numbers.sum(REQUESTS, lambda of: of[2] != "")
    return Trial(
        asked.label,
        f"{asked.percent:.15g}%",
        snapshot.labels.get(asked.label),
        count(requests),
        part(requests, answered),
    )


def shadows(numbers: Numbers) -> Shadows | None:
    """None where nothing was read or dropped."""
    found = numbers.all(SHADOWED)
    dropped = numbers.one(SHADOW_DROPPED)
    versions = sorted({version for version, _ in found}, reverse=True)
    if not versions and not dropped:
        return None
    return Shadows(
        tuple(_shadow(numbers, version) for version in versions), count(dropped)
    )


def _shadow(numbers: Numbers, version: str) -> Shadow:
    same = numbers.one(SHADOWED, version, "agree")
    different = numbers.one(SHADOWED, version, "differ")
    return Shadow(
        version=version,
        pictures=count(same + different),
        same=count(same),
        different=count(different),
        agreement=part(same, same + different),
    )
