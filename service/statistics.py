"""What each version was asked and how long it took, over all workers.

In the terms of the Open Inference Protocol's statistics. Where the numbers are
kept is left to `service.board`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.board import Board


@dataclass(frozen=True)
class Timed:
    """How often something happened, and the nanoseconds that it took in all."""

    count: int = 0
    ns: int = 0


NEVER = Timed()


@dataclass(frozen=True)
class Counted:
    """What was counted of one version since the server started.

    `pictures` is what the network was asked about and `executions` how often it
    was; `last_ms` when last, in milliseconds since 1970, 0 for never. `success`
    and `failure` are whole calls, of which `reading` (pictures to digits) and
    `network` are parts; `batches` has the network's part by number of pictures.
    """

    pictures: int = 0
    executions: int = 0
    last_ms: int = 0
    success: Timed = NEVER
    failure: Timed = NEVER
    reading: Timed = NEVER
    network: Timed = NEVER
    batches: Mapping[int, Timed] = field(default_factory=dict)


class Call:
    """One call of one version: what it asked and where its time went.

    A context: left by an exception, or with nothing asked, it was a failure.
    """

    def __init__(self, board: Board, row: int, version: int) -> None:
        self._board, self._row, self._name = board, row, f"{version}/"
        self._started = self._lap = time.perf_counter_ns()
        self._answered = False
        self._amounts: dict[str, int] = {}

    def read(self) -> None:
        """Up to here, pictures were read."""
        self._time("reading")

    def asked(self, pictures: int) -> None:
        """From there to here, the network was asked about so many pictures."""
        self._answered = pictures > 0
        if pictures:
            batch = self._time("network")
            self._count(f"batch/{pictures}", batch)
            self._amounts[f"{self._name}pictures"] = pictures
            self._board.put(self._row, f"{self._name}last_ms", _now_ms())

    def __enter__(self) -> "Call":
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Count it as what it was."""
        whole = time.perf_counter_ns() - self._started
        right = kind is None and self._answered
        self._count("success" if right else "failure", whole)
        self._board.add(self._row, self._amounts)

    def _time(self, part: str) -> int:
        now = time.perf_counter_ns()
        spent, self._lap = now - self._lap, now
        self._count(part, spent)
        return spent

    def _count(self, part: str, ns: int) -> None:
        self._amounts[f"{self._name}{part}/count"] = 1
        self._amounts[f"{self._name}{part}/ns"] = ns


class Statistics:
    """Counts in one row of a board, tells of all of its rows."""

    def __init__(self, board: Board | None = None, row: int = 0) -> None:
        """Without a board, of this process alone."""
        self._board = board or Board(rows=1)
        self._row = row

    def call(self, version: int) -> Call:
        """A call of that version, which begins now."""
        return Call(self._board, self._row, version)

    def of(self, version: int) -> Counted:
        """What was counted of that version."""
        found = self._board.totals(f"{version}/")
        timed = _timed(found)
        sizes = [part for part in timed if part.startswith("batch/")]
        return Counted(
            pictures=found.get("pictures", 0),
            executions=timed.get("network", NEVER).count,
            last_ms=self._board.highest(f"{version}/last_ms"),
            success=timed.get("success", NEVER),
            failure=timed.get("failure", NEVER),
            reading=timed.get("reading", NEVER),
            network=timed.get("network", NEVER),
            batches={int(size.removeprefix("batch/")): timed[size] for size in sizes},
        )


def _timed(found: Mapping[str, int]) -> dict[str, Timed]:
    parts = [name.removesuffix("/ns") for name in found if name.endswith("/ns")]
    return {part: Timed(found[f"{part}/count"], found[f"{part}/ns"]) for part in parts}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
