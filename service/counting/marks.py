"""When one request passed each point of its way, noted where it passes it.

A record that travels with the request, so that whoever reads pictures or asks the
network need not know of HTTP. What is made of it is left to `service.api.telling`.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

UNKNOWN = -1

QUEUED: ContextVar[int] = ContextVar("queued", default=UNKNOWN)
"""Nanoseconds that the request now being answered waited for a thread, if known."""

_CURRENT: ContextVar["Marks | None"] = ContextVar("marks", default=None)


@dataclass(slots=True)
class Marks:
    """One request, or several `requests` of a picture each that go together.

    Points in time in nanoseconds, 0 for those not passed.

    It `began` here, its body was `received` whole, its pictures `decoded` to what
    the network takes, and the answer `computed`. `queued` is how long it waited
    before, `version` whichever answered, and `pictures` how many the network was
    asked about. `rejected` has what was refused of it, by the error's kind. `asker`
    gives the same text for what belongs together, an empty one where that is not
    known; `canary` is the label that chose another version than the default, where
    one did.
    """

    began: int
    queued: int = UNKNOWN
    received: int = 0
    decoded: int = 0
    computed: int = 0
    version: int | None = None
    pictures: int = 0
    requests: int = 1
    asker: Callable[[], str] = str
    canary: str | None = None
    rejected: dict[str, int] = field(default_factory=dict)

    def reject(self, kind: str) -> None:
        """One more picture is refused."""
        self.rejected[kind] = self.rejected.get(kind, 0) + 1

    def refuse(self, kind: str) -> None:
        """The whole request is; where a picture was, that is why."""
        self.rejected = self.rejected or {kind: 1}


def begin() -> Marks:
    """The marks of a request that begins now, current from here on."""
    marks = Marks(time.perf_counter_ns(), QUEUED.get())
    _CURRENT.set(marks)
    return marks


def current() -> Marks:
    """Those of the request under way; where there is none, some that nobody reads."""
    return _CURRENT.get() or Marks(0)
