"""What is counted, in words: the name of each metric, its labels and its buckets.

How numbers get onto the board is left to `service.counting.counts`, how they are read
from it to `service.measured`, and how Prometheus has them to `service.exposition`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["counter", "gauge", "histogram", "summary"]

NANOSECONDS = 1e-9
MILLIONTHS = 1e-6

_SECONDS = (
    *(0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01),
    *(0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_PICTURES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
_CONFIDENCE = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
_TYPICALITY = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Metric:
    """One metric as Prometheus knows it, a counter without its `_total`.

    A number for each set of `labels`; a histogram has one for each of its `bounds`,
    upper and inclusive, one above them all, and a sum. A summary is a histogram
    without bounds: how many, and their sum. A whole number that is kept for it
    stands for so many of `unit`.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    unit: float = 1

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The bounds as whole numbers of `unit`."""
        return tuple(round(bound / self.unit) for bound in self.bounds)

    @cached_property
    def step_array(self) -> NDArray[np.float64]:
        """The same, for many values at once."""
        return np.array(self.steps, np.float64)

    @cached_property
    def size(self) -> int:
        """How many numbers there are for one set of labels."""
        return len(self.bounds) + 2 if self.kind in ("histogram", "summary") else 1


REQUESTS = Metric(
    "mnist_http_requests",
    "counter",
    "Requests answered. route is the URL rule, or unmatched; dialect the part of the "
    "API; version the model version that answered, empty where none was asked.",
    ("route", "dialect", "version", "status"),
)
REQUEST_SECONDS = Metric(
    "mnist_http_request_duration_seconds",
    "histogram",
    "From when the application was given a request to when its answer was made, the "
    "receiving of its body included.",
    ("route", "dialect"),
    _SECONDS,
    NANOSECONDS,
)
STAGE_SECONDS = Metric(
    "mnist_stage_duration_seconds",
    "histogram",
    "Parts of a request that a version answered. queue: accepted, or its connection "
    "readable, until a thread took it up; receive: until its body was whole; decode: "
    "until its pictures were what the network takes; compute: until probabilities "
    "and typicality were there; encode: until the answer was made.",
    ("stage", "version"),
    _SECONDS,
    NANOSECONDS,
)
PREDICTIONS = Metric(
    "mnist_predictions",
    "counter",
    "Pictures read, by the digit that they were read as.",
    ("version", "digit"),
)
CONFIDENCE = Metric(
    "mnist_confidence_ratio",
    "histogram",
    "The largest probability that the network itself gave, before calibration.",
    ("version",),
    _CONFIDENCE,
    MILLIONTHS,
)
TYPICALITY = Metric(
    "mnist_typicality_ratio",
    "histogram",
    "The share of real digits that look less like a digit than the picture. Of "
    "real digits each share is as frequent as any other.",
    ("version",),
    _TYPICALITY,
    MILLIONTHS,
)
CANARY_REQUESTS = Metric(
    "mnist_canary_requests",
    "counter",
    "Requests that MNIST_CANARY had answered by another version than the default.",
    ("label", "version"),
)
REJECTED = Metric(
    "mnist_rejected_inputs",
    "counter",
    "Pictures and whole requests that were refused, by the kind of the error.",
    ("reason",),
)
WORKER_STARTS = Metric(
    "mnist_worker_starts",
    "counter",
    "Worker processes started, the first ones and those of a reload included.",
)
WORKER_ENDS = Metric(
    "mnist_worker_ends",
    "counter",
    "Worker processes ended: how is asked where they were told to, else unasked.",
    ("how",),
)
COUNTED = (
    *(REQUESTS, REQUEST_SECONDS, STAGE_SECONDS, PREDICTIONS, CONFIDENCE, TYPICALITY),
    *(CANARY_REQUESTS, REJECTED, WORKER_STARTS, WORKER_ENDS),
)
"""Those with names of their own on the board."""

BATCH_SIZE = Metric(
    "mnist_batch_size",
    "histogram",
    "Pictures that the network was asked about at once.",
    ("version",),
    _PICTURES,
)
WORKERS = Metric("mnist_workers", "gauge", "Worker processes alive.")
START_TIME = Metric(
    "mnist_start_time_seconds",
    "gauge",
    "When the counting began, in seconds since 1970.",
)
BUILD = Metric(
    "mnist_build_info",
    "gauge",
    "1, and the release of the service and the engine that runs the network.",
    ("release", "engine"),
)
READY = Metric("mnist_ready", "gauge", "1 where a version is served, else 0.")
LOADED = Metric(
    "mnist_model_loaded", "gauge", "1 for each version ready to answer.", ("version",)
)
REFUSED = Metric(
    "mnist_model_refused",
    "gauge",
    "1 for each version that its proof or the gate refused; /version says why.",
    ("version", "by"),
)
SERVING = Metric(
    "mnist_model_serving",
    "gauge",
    "1 for the version that answers where none is asked for.",
    ("version",),
)
LABELLED = Metric(
    "mnist_model_label", "gauge", "1 for each label in use.", ("label", "version")
)
PROBLEMS = Metric(
    "mnist_problems",
    "gauge",
    "How many things an operator should put right; /version tells them.",
)
SWAP_SECONDS = Metric(
    "mnist_swap_duration_seconds",
    "summary",
    "From when another set of versions was found to when all workers served it.",
    unit=NANOSECONDS,
)
REFUSALS = Metric(
    "mnist_model_refusals", "counter", "How often a version was refused, by either."
)
SHADOWED = Metric(
    "mnist_shadow_pictures",
    "counter",
    "Pictures also read by a shadow version, by whether it read the same digit, agree "
    "or differ, or failed.",
    ("version", "result"),
)
SHADOW_DROPPED = Metric(
    "mnist_shadow_dropped",
    "counter",
    "Requests that no shadow version read, since too many were waiting.",
)
DRIFT_PSI = Metric(
    "mnist_drift_population_stability_index",
    "gauge",
    "How far what came lately is from the training fingerprint: below 0.1 little, "
    "above 0.25 much. Absent where too few pictures came.",
    ("version", "feature"),
)
DRIFT_PICTURES = Metric(
    "mnist_drift_pictures",
    "gauge",
    "Pictures in the window that the drift is told from.",
    ("version",),
)
DRIFT_WINDOW = Metric(
    "mnist_drift_window_seconds", "gauge", "How far back that window reaches."
)
DERIVED = (
    *(BATCH_SIZE, WORKERS, START_TIME, BUILD, READY, LOADED, REFUSED, SERVING),
    *(LABELLED, PROBLEMS, SWAP_SECONDS, REFUSALS, SHADOWED, SHADOW_DROPPED),
    *(DRIFT_PSI, DRIFT_PICTURES, DRIFT_WINDOW),
)
"""Those that are told from what else is there."""
METRICS = COUNTED + DERIVED
