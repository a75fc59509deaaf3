"""What was measured, in the text that Prometheus reads.

By prometheus-client, which is imported when somebody asks for the first time: most
workers are never asked. What there is to tell is left to `service.measured`.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

from service.measured import Distribution, Family, Value

if TYPE_CHECKING:
    from prometheus_client import Metric as Exposed

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def expose(families: Sequence[Family]) -> bytes:
    """The families in Prometheus' text format 0.0.4."""
    from prometheus_client import generate_latest
    from prometheus_client.registry import Collector

    class Once(Collector):
        def collect(self) -> Iterable["Exposed"]:
            return [_exposed(family) for family in families]

    return generate_latest(Once())


def _exposed(family: Family) -> "Exposed":
    from prometheus_client.metrics_core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        SummaryMetricFamily,
    )

    kinds = {
        "counter": CounterMetricFamily,
        "gauge": GaugeMetricFamily,
        "histogram": HistogramMetricFamily,
        "summary": SummaryMetricFamily,
    }
    metric = family.metric
    exposed: Any = kinds[metric.kind](metric.name, metric.help, labels=metric.labels)
    for labels, value in family.samples.items():
        exposed.add_metric(labels, **_arguments(metric.kind, value))
    return cast("Exposed", exposed)


def _arguments(kind: str, value: Value) -> dict[str, object]:
    """How the library wants a value of that kind."""
    if not isinstance(value, Distribution):
        return {"value": value}
    if kind == "summary":
        return {"count_value": value.count, "sum_value": value.total}
    return {"buckets": _cumulative(value), "sum_value": value.total}


def _cumulative(distribution: Distribution) -> list[tuple[str, float]]:
    names = [*(f"{bound:g}" for bound in distribution.bounds), "+Inf"]
    return list(zip(names, accumulate(distribution.buckets), strict=True))
