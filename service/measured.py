"""What was counted by all workers, read back as values: for /metrics and for pages.

Reading costs the same however much was counted. How it is written down is left to
`service.exposition`.
"""

import importlib.metadata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from service.counting import metrics
from service.counting.board import Board
from service.counting.counts import Labels
from service.counting.drift import Drift, Windows
from service.counting.metrics import Metric
from service.counting.statistics import BATCHES
from service.serving.plan import by_gate
from service.serving.snapshot import Snapshot
from service.serving.store import Store
from service.settings import Settings


@dataclass(frozen=True)
class Distribution:
    """How many values fell into each bucket, and their sum.

    `buckets` has one number for each of the metric's bounds and one for all above.
    """

    bounds: tuple[float, ...]
    buckets: tuple[int, ...]
    total: float

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.buckets)

    @property
    def mean(self) -> float:
        """Their mean; 0 where there were none."""
        return self.total / self.count if self.count else 0.0

    def quantile(self, share: float) -> float:
        """The value below which that share, 0 to 1, lies; 0 where there were none.

        Interpolated within its bucket, as Prometheus' histogram_quantile does; the
        last bound where it is above that.
        """
        reached = list(accumulate(self.buckets))
        if not self.count or not self.bounds:
            return 0.0
        wanted = share * self.count
        bucket = bisect_left(reached, wanted)
        if bucket >= len(self.bounds):
            return self.bounds[-1]
        low = self.bounds[bucket - 1] if bucket else 0.0
        inside = self.buckets[bucket] - (reached[bucket] - wanted)
        width = self.bounds[bucket] - low
        return low + width * inside / (self.buckets[bucket] or 1)


Value = float | Distribution
Samples = Mapping[Labels, Value]


@dataclass(frozen=True)
class Family:
    """One metric and its value for each set of labels, in the metric's order."""

    metric: Metric
    samples: Samples


class Measured:
    """Reads what all workers of one server counted, and what this one serves."""

    def __init__(self, board: Board, store: Store, settings: Settings) -> None:
        self._board = board
        self._store = store
        self._settings = settings
        self._windows = Windows(board, 0, settings.drift_minutes)

    def families(self) -> tuple[Family, ...]:
        """Every metric there is a value for, in the order of `metrics.METRICS`."""
        found = dict(_counted(self._board.sums("")))
        found.update(_of_snapshot(self._store.snapshot))
        found.update(self._constant())
        found.update(_of_drift(self.drift()))
        return tuple(
            Family(metric, found[metric.name])
            for metric in metrics.METRICS
            if found.get(metric.name)
        )

    def family(self, metric: Metric) -> Samples:
        """The values of one metric by their labels; none where nothing was counted."""
        samples = [each.samples for each in self.families() if each.metric == metric]
        return samples[0] if samples else {}

    @property
    def default_since(self) -> float:
        """When the version that answers by default came to do so, in seconds since
        1970; 0 where that was not noted."""
        return self._board.highest("uptake/default_ms") / 1000

    def drift(self) -> Mapping[int, Drift]:
        """What came lately, by version, of those that can tell."""
        models = self._store.snapshot.models.items()
        windows = {
            number: self._windows.of(proved.manifest) for number, proved in models
        }
        return {number: w.drift() for number, w in windows.items() if w is not None}

    def _constant(self) -> Iterable[tuple[str, Samples]]:
        release = importlib.metadata.version("mnist-service")
        yield metrics.BUILD.name, {(release, self._settings.engine): 1}
        yield metrics.START_TIME.name, {(): self._board.created}
        yield metrics.DRIFT_WINDOW.name, {(): self._windows.seconds}


def _counted(sums: Mapping[str, list[int]]) -> Iterable[tuple[str, Samples]]:
    by_name: dict[str, dict[Labels, list[int]]] = {}
    for name, numbers in sums.items():
        first, *labels = name.split("|")
        by_name.setdefault(first, {})[tuple(labels)] = numbers
    for metric in metrics.COUNTED:
        yield metric.name, _values(metric, by_name.get(metric.name, {}))
    yield metrics.BATCH_SIZE.name, _batches(by_name.get(BATCHES.name, {}))
    yield metrics.WORKERS.name, _alive(by_name)
    yield from _of_uptake(sums)
    yield from _of_shadow(sums)


def _values(metric: Metric, found: Mapping[Labels, list[int]]) -> dict[Labels, Value]:
    return {labels: _value(metric, numbers) for labels, numbers in found.items()}


def _value(metric: Metric, numbers: list[int]) -> Value:
    if metric.size == 1:
        return numbers[0]
    *buckets, total = numbers
    return Distribution(metric.bounds, tuple(buckets), total * metric.unit)


def _batches(found: Mapping[Labels, list[int]]) -> Samples:
    """By version, the sizes of batches in buckets; each was counted by itself."""
    bounds = metrics.BATCH_SIZE.bounds
    gathered: dict[Labels, list[int]] = {}
    for (version, size), (times, _) in found.items():
        numbers = gathered.setdefault((version,), [0] * metrics.BATCH_SIZE.size)
        numbers[bisect_left(bounds, int(size))] += times
        numbers[-1] += int(size) * times
    return _values(metrics.BATCH_SIZE, gathered)


def _alive(by_name: Mapping[str, Mapping[Labels, list[int]]]) -> Samples:
    starts, ends = (
        sum(numbers[0] for numbers in by_name.get(metric.name, {}).values())
        for metric in (metrics.WORKER_STARTS, metrics.WORKER_ENDS)
    )
    return {(): starts - ends} if starts else {}


def _of_uptake(sums: Mapping[str, list[int]]) -> Iterable[tuple[str, Samples]]:
    """What `service.serving.uptake` puts under uptake/."""
    swaps, ns = sums.get("uptake/swaps", [0])[0], sums.get("uptake/swap_ns", [0])[0]
    seconds = ns * metrics.SWAP_SECONDS.unit
    yield metrics.SWAP_SECONDS.name, {(): Distribution((), (swaps,), seconds)}
    yield metrics.REFUSALS.name, {(): sums.get("uptake/refusals", [0])[0]}


def _of_shadow(sums: Mapping[str, list[int]]) -> Iterable[tuple[str, Samples]]:
    """What is under shadow/: `<version>/agree`, `<version>/differ`, `dropped`."""
    found = {
        tuple(name.split("/")[1:]): float(numbers[0])
        for name, numbers in sums.items()
        if name.startswith("shadow/")
    }
    yield metrics.SHADOWED.name, {key: n for key, n in found.items() if len(key) == 2}
    yield metrics.SHADOW_DROPPED.name, {(): found.get(("dropped",), 0.0)}


def _of_snapshot(snapshot: Snapshot) -> Iterable[tuple[str, Samples]]:
    default = snapshot.default
    yield metrics.READY.name, {(): 0 if default is None else 1}
    yield metrics.LOADED.name, {(str(version),): 1 for version in snapshot.models}
    yield (
        metrics.REFUSED.name,
        {
            (str(version), "gate" if by_gate(reason) else "proof"): 1
            for version, reason in snapshot.refused.items()
        },
    )
    yield metrics.SERVING.name, {} if default is None else {(str(default),): 1}
    labels = snapshot.labels.items()
    yield metrics.LABELLED.name, {(label, str(number)): 1 for label, number in labels}
    yield metrics.PROBLEMS.name, {(): len(snapshot.problems)}


def _of_drift(drifts: Mapping[int, Drift]) -> Iterable[tuple[str, Samples]]:
    yield (
        metrics.DRIFT_PICTURES.name,
        {(str(number),): drift.pictures for number, drift in drifts.items()},
    )
    yield (
        metrics.DRIFT_PSI.name,
        {
            (str(number), feature): index
            for number, drift in drifts.items()
            for feature in ("digit", "confidence", "ink")
            if (index := getattr(drift, feature)) is not None
        },
    )
