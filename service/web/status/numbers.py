"""What was measured at one moment, to be looked up by its metric.

One reading for a whole page, so that its parts agree. What it means is left to them.
"""

from collections.abc import Callable, Iterable

from service.counting.counts import Labels
from service.counting.metrics import Metric
from service.measured import Distribution, Family, Samples


class Numbers:
    """The families of one reading; of what nobody counted there is nothing."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._samples = {family.metric.name: family.samples for family in families}

    def all(self, metric: Metric) -> dict[Labels, float]:
        """Each value by its labels; of a distribution, how many there were."""
        samples = self._samples.get(metric.name, {})
        return {
            labels: value.count if isinstance(value, Distribution) else value
            for labels, value in samples.items()
        }

    def one(self, metric: Metric, *labels: str) -> float:
        """The value under these labels, 0 where there is none."""
        return self.all(metric).get(labels, 0)

    def sum(self, metric: Metric, wanted: Callable[[Labels], bool]) -> int:
        """The sum of a counter under all the labels that are wanted."""
        return int(sum(n for labels, n in self.all(metric).items() if wanted(labels)))

    def spread(
        self, metric: Metric, wanted: Callable[[Labels], bool] = lambda _: True
    ) -> Distribution:
        """A histogram under all the labels that are wanted, as one."""
        found: Samples = self._samples.get(metric.name, {})
        parts = [
            value
            for labels, value in found.items()
            if isinstance(value, Distribution) and wanted(labels)
        ]
        columns = zip(*(part.buckets for part in parts), strict=True)
        buckets = tuple(map(sum, columns)) or (0,) * (len(metric.bounds) + 1)
        return Distribution(metric.bounds, buckets, sum(part.total for part in parts))
