"""The server itself: which release, how long up, its workers."""

from dataclasses import dataclass

from service.counting.metrics import BUILD, START_TIME, WORKER_ENDS, WORKERS
from service.web.status.numbers import Numbers
from service.web.status.words import moment, span


@dataclass(frozen=True)
class Server:
    """What runs, since when; `workers` is 0 where nothing counts them."""

    release: str
    engine: str
    since: str
    up: str
    workers: int
    unasked: int

    @classmethod
    def of(cls, numbers: Numbers, up: float) -> "Server":
        """`up` for so many seconds."""
        ((release, engine),) = numbers.all(BUILD)
        return cls(
            release=release,
            engine=engine,
            since=moment(numbers.one(START_TIME)),
            up=span(up),
            workers=int(numbers.one(WORKERS)),
            unasked=int(numbers.one(WORKER_ENDS, "unasked")),
        )
