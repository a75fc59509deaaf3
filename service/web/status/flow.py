"""The requests: how many come, to which part of the service, what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.counting.metrics import REJECTED, REQUEST_SECONDS, REQUESTS
from service.counting.traffic import SLOT_SECONDS, SLOTS, Slot, Traffic, together
from service.web.status.numbers import Numbers
from service.web.status.words import count, part, rate, took

PARTS = {
    "classify": "Classify",
    "explain": "Explain",
    "tfserving": "TensorFlow Serving",
    "openinference": "Open Inference V2",
    "web": "Pages",
    "openapi": "Documentation",
    "health": "Probes",
    "metrics": "Metrics",
    "unmatched": "No such route",
}
HEIGHT = 60.0
"""Of the chart, in its own units; a slot is 10 wide."""


@dataclass(frozen=True)
class Bar:
    """A rectangle of the chart: some requests of one slot, by what became of them."""

    kind: str
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Part:
    """A part of the service since it was started."""

    name: str
    requests: str
    refused: str
    failed: str
    median: str
    p99: str


@dataclass(frozen=True)
class Flow:
    """Requests a second, how they were answered lately, and all since the start."""

    now: str
    minute: str
    ten: str
    recent: Slot
    failed: str
    mean: str
    most: int
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]
    reasons: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, numbers: Numbers, traffic: Traffic, up: float) -> "Flow":
        """Of a service that is `up` for so many seconds."""
        slots, begun = traffic.recent(), traffic.begun

        def a_second(last: int) -> str:
            seconds = min((last - 1) * SLOT_SECONDS + begun, up)
            return rate(together(slots[-last:]).requests, seconds)

        recent, lately = together(slots), together(slots[-7:])
        most = max(slot.requests for slot in slots)
        return cls(
            now=a_second(2),
            minute=a_second(7),
            ten=a_second(SLOTS),
            recent=recent,
            failed=part(recent.failed, recent.requests),
            mean=took(lately.ns / 1e9 / lately.requests if lately.requests else 0),
            most=most,
            bars=bars(slots, most),
            parts=_parts(numbers),
            reasons=_reasons(numbers),
        )


def bars(slots: Sequence[Slot], most: int) -> tuple[Bar, ...]:
    """Each slot as a column from below: failed, refused, answered; `most` is high."""
    found, scale = [], HEIGHT / max(most, 1)
    for place, slot in enumerate(slots):
        top = HEIGHT
        for kind in ("failed", "refused", "answered"):
            height = round(getattr(slot, kind) * scale, 2)
            top = round(top - height, 2)
            if height:
                found.append(Bar(kind, place * 10, top, height))
    return tuple(found)


def _parts(numbers: Numbers) -> tuple[Part, ...]:
    """Those that were asked, the most asked first."""
    asked: dict[str, int] = {}
    for (_, dialect, _, _), requests in numbers.all(REQUESTS).items():
        asked[dialect] = asked.get(dialect, 0) + int(requests)
    ordered = sorted(asked, key=lambda dialect: -asked[dialect])
    return tuple(_part(numbers, dialect, asked[dialect]) for dialect in ordered)


def _part(numbers: Numbers, dialect: str, requests: int) -> Part:
    def of_status(first: str) -> str:
        return count(
            numbers.sum(REQUESTS, lambda of: of[1] == dialect and of[3][0] == first)
        )

    seconds = numbers.spread(REQUEST_SECONDS, lambda of: of[1] == dialect)
    return Part(
        name=PARTS.get(dialect, dialect),
        requests=count(requests),
        refused=of_status("4"),
        failed=of_status("5"),
        median=took(seconds.quantile(0.5)),
        p99=took(seconds.quantile(0.99)),
    )


def _reasons(numbers: Numbers) -> tuple[tuple[str, str], ...]:
    """Why pictures and requests were refused, the most frequent first."""
    found = sorted(numbers.all(REJECTED).items(), key=lambda item: -item[1])
    return tuple((reason.replace("-", " "), count(n)) for (reason,), n in found)
