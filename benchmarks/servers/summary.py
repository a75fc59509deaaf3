"""From samples to one row for each contender. Nothing is measured here.

A ratio is made of two samples of the same stage and round, and then the median of all
rounds: what the machine was busy with at the time concerns both. A row in which one
answer was wrong, or did not come, has no figures at all.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.servers.rounds import HALF, Sample

KEPT_UP = 0.95
ENOUGH = 1000
"""Fewer times have no 99.9th percentile."""


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds, and the quartiles about it."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Latency:
    """Microseconds. p50 and p99: medians of the rounds; p999: of all together.

    None where there are too few for it.
    """

    p50: float
    p99: float
    p999: float | None


@dataclass(frozen=True)
class Row:
    """What one contender came to, by stage where the stages differ.

    void: None, or why there are no figures. per_second: answers. faster: ours over
    it, in answers a second. processor: the server's microseconds for a request.
    dearer: ours over it, of these. generator: wrk's.
    """

    name: str
    void: str | None = None
    requests: int = 0
    per_second: dict[str, float] = field(default_factory=dict)
    faster: dict[str, Ratio] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    dearer: dict[str, Ratio] = field(default_factory=dict)
    generator: dict[str, float] = field(default_factory=dict)
    latency: dict[str, Latency] = field(default_factory=dict)


def summarise(samples: Sequence[Sample], ours: str) -> list[Row]:
    """A row for each contender, in the order in which they first come."""
    own = {(s.stage, s.number): s for s in samples if s.name == ours and not s.error}
    names = dict.fromkeys(sample.name for sample in samples)
    return [_row(name, [s for s in samples if s.name == name], own) for name in names]


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that `share` (0 to 1) of `values` do not exceed: nearest rank."""
    ordered = sorted(values)
    rank = -(-share * len(ordered) // 1)
    return ordered[max(0, int(rank) - 1)]


def _row(name: str, samples: list[Sample], own: dict[tuple[str, int], Sample]) -> Row:
    errors = [
        f"{s.error} ({s.stage}, round {s.number + 1})" for s in samples if s.error
    ]
    if errors:
        return Row(name, void=errors[0])
    row = Row(name, requests=sum(sample.requests for sample in samples))
    for stage, found in _by_stage(samples).items():
        row.per_second[stage] = statistics.median(s.per_second for s in found)
        row.processor[stage] = statistics.median(s.processor for s in found)
        row.generator[stage] = statistics.median(s.generator for s in found)
        pairs = [
            (own[s.stage, s.number], s) for s in found if (s.stage, s.number) in own
        ]
        if pairs:
            row.faster[stage] = _ratio(a.per_second / b.per_second for a, b in pairs)
            row.dearer[stage] = _ratio(a.processor / b.processor for a, b in pairs)
        latency = _latency(found)
        if latency is not None:
            row.latency[stage] = latency
    return row


def _by_stage(samples: list[Sample]) -> dict[str, list[Sample]]:
    stages = defaultdict(list)
    for sample in samples:
        stages[sample.stage].append(sample)
    return dict(stages)


def _ratio(values: Iterable[float]) -> Ratio:
    found = list(values)
    return Ratio(
        statistics.median(found), percentile(found, 0.25), percentile(found, 0.75)
    )


def _latency(samples: list[Sample]) -> Latency | None:
    """None where it was not measured, or half of the open loops not kept up with."""
    timed = [sample for sample in samples if sample.times]
    if 2 * sum(map(_fell_behind, timed)) >= len(timed):
        return None
    together = [time for sample in timed for time in sample.times]
    return Latency(
        statistics.median(percentile(s.times, 0.5) for s in timed),
        statistics.median(percentile(s.times, 0.99) for s in timed),
        percentile(together, 0.999) if len(together) >= ENOUGH else None,
    )


def _fell_behind(sample: Sample) -> bool:
    return sample.stage == HALF and sample.requests < KEPT_UP * sample.due - 16
