"""Where the time of a request goes: its stages, told from histograms.

So each number is only about right: it lies within a bucket of
`service.counting.metrics`.
"""

from dataclasses import dataclass

from service.counting.metrics import STAGE_SECONDS
from service.web.status.numbers import Numbers
from service.web.status.words import took

STAGES = {
    "queue": "waiting for a thread",
    "receive": "until the body was whole",
    "decode": "from pictures to what the network takes",
    "compute": "probabilities and typicality",
    "encode": "making the answer",
}


@dataclass(frozen=True)
class Stage:
    """One stage: half of the requests took less than `median`, all but 1% than `p99`.

    `width` is that of its bar, 0..100.
    """

    name: str
    meaning: str
    median: str
    p99: str
    width: float


def stages(numbers: Numbers) -> tuple[Stage, ...]:
    """Those that were measured, of all versions together, in their order."""
    spreads = {
        name: numbers.spread(STAGE_SECONDS, lambda of, name=name: of[0] == name)  # type: ignore[misc]
        for name in STAGES
    }
    found = {
        name: (spread.quantile(0.5), spread.quantile(0.99))
        for name, spread in spreads.items()
        if spread.count
    }
    longest = max((p99 for _, p99 in found.values()), default=1.0)
    return tuple(
        Stage(name, STAGES[name], took(half), took(p99), round(100 * p99 / longest, 1))
        for name, (half, p99) in found.items()
    )
