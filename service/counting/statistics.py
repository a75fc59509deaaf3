"""What each version was asked and how long it took, over all workers.

In the terms of the Open Inference Protocol's statistics. Where the numbers are kept is
left to `service.counting.board`; what the network said, to `service.counting.outcomes`.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.counting.board import Board
from service.counting.counts import Counts
from service.counting.marks import current
from service.counting.metrics import Metric
from service.errors import RequestError


@dataclass(frozen=True)
class Timed:
    """How often something happened, and the nanoseconds that it took in all."""

    count: int = 0
    ns: int = 0


NEVER = Timed()

CALLS = Metric("calls", "summary", "Whole calls.", ("version", "outcome"))
PARTS = Metric("parts", "summary", "Parts of a call.", ("version", "part"))
BATCHES = Metric("batches", "summary", "The network's part.", ("version", "pictures"))
LAST = Metric("last_ms", "gauge", "When the network was asked last.", ("version",))


@dataclass(frozen=True)
class Counted:
    """What was counted of one version since the server started.

    `pictures` is what the network was asked about and `executions` how often it
    was; `last_ms` when last, in milliseconds since 1970, 0 for never. `success`
    and `failure` are whole calls, of which `reading` (pictures to digits) and
    `network` are parts; `batches` has the network's part by number of pictures.
    """

    last_ms: int = 0
    success: Timed = NEVER
    failure: Timed = NEVER
    reading: Timed = NEVER
    network: Timed = NEVER
    batches: Mapping[int, Timed] = field(default_factory=dict)

    @property
    def pictures(self) -> int:
        """How many pictures the network was asked about."""
        return sum(size * timed.count for size, timed in self.batches.items())

    @property
    def executions(self) -> int:
        """How often the network was asked."""
        return self.network.count


class Call:
    """One call of one version: what it asked and where its time went.

    A context: left by an exception, or with nothing asked, it was a failure. The
    marks of the request that it is part of get to know of it; where they are those
    of several, each was a call, and a failure if its picture was not asked about. An
    exception counts for none of several: each is asked for again by itself.
    """

    def __init__(self, counts: Counts, version: int) -> None:
        self._counts, self._version = counts, str(version)
        self._started = self._lap = time.perf_counter_ns()
        self._pictures = self._reading = self._network = 0
        self._marks = current()
        self._marks.version = version

    def read(self, errors: Iterable[RequestError] = ()) -> None:
        """Up to here, pictures were read, but for those with `errors`."""
        self._reading = self._time()
        self._marks.decoded = self._lap
        for error in errors:
            self._marks.reject(error.kind)

    def asked(self, pictures: int) -> None:
        """From there to here, the network was asked about so many pictures."""
        self._pictures = self._marks.pictures = pictures
        self._network = self._time()

    def __enter__(self) -> "Call":
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Count it as what it was."""
        now = time.perf_counter_ns()
        requests, succeeded = self._marks.requests, 0
        if kind is not None and requests > 1:
            return
        if kind is None and self._pictures:
            succeeded = min(requests, self._pictures)
            self._marks.decoded = self._marks.decoded or self._started
            self._marks.computed = now
        with self._counts.lock:
            took, failed = now - self._started, requests - succeeded
            if succeeded:
                self._count(CALLS, "success", took, succeeded)
            if failed:
                self._count(CALLS, "failure", took, failed)
            if self._reading:
                self._count(PARTS, "reading", self._reading)
            if self._pictures:
                self._count(PARTS, "network", self._network)
                self._count(BATCHES, str(self._pictures), self._network)
                self._counts.put(LAST, (self._version,), time.time_ns() // 1_000_000)

    def _time(self) -> int:
        """The nanoseconds since the last point of the call."""
        now = time.perf_counter_ns()
        spent, self._lap = now - self._lap, now
        return spent

    def _count(self, metric: Metric, label: str, ns: int, times: int = 1) -> None:
        self._counts.observe(metric, (self._version, label), ns, times)


class Statistics:
    """Counts in one row of a board, tells of all of its rows."""

    def __init__(self, board: Board | None = None, row: int = 0) -> None:
        """Without a board, of this process alone."""
        self.counts = Counts(board, row)

    def call(self, version: int) -> Call:
        """A call of that version, which begins now."""
        return Call(self.counts, version)

    def of(self, version: int) -> Counted:
        """What was counted of that version."""
        board = self.counts.board
        calls, parts = (_timed(board, m, version) for m in (CALLS, PARTS))
        return Counted(
            last_ms=board.highest(f"{LAST.name}|{version}"),
            success=calls.get("success", NEVER),
            failure=calls.get("failure", NEVER),
            reading=parts.get("reading", NEVER),
            network=parts.get("network", NEVER),
            batches={
                int(size): timed
                for size, timed in _timed(board, BATCHES, version).items()
            },
        )


def _timed(board: Board, metric: Metric, version: int) -> dict[str, Timed]:
    found = board.sums(f"{metric.name}|{version}|")
    return {label: Timed(*numbers) for label, numbers in found.items()}
