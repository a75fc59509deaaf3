"""What the workers of one server agree on, in memory that they share.

Plans are numbered: a generation each. Every request reads which one is serving, so
that all workers move to the next by one write. What a plan says, and who prepares
it when, is left to others.
"""

import fcntl
import mmap
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from service.serving.plan import Plan

WORKERS = 2048
"""Twice as many as there can be; a page of memory for each few hundred."""
REASON_BYTES = 1000

_SERVING, _POSTED, _BEGAN, _ASKED, _LOOKED = range(5)  # the cells that there is one of
_PID, _PREPARED, _FAILED, _VERSION = range(4)  # the rows with a cell for each worker
_TABLE, _LEADER = range(2)  # the bytes that are locked


@dataclass(frozen=True)
class Failure:
    """A worker that cannot load a version of the generation with that number."""

    pid: int
    generation: int
    version: int
    reason: str


class Generations:
    """Which generation is posted, which serves, and how far each worker is.

    A worker that has joined counts: no generation serves that it has not prepared.
    A worker is known by its process, so each method but `ask`, `leave` and what is
    read concerns the process that calls it, and one thread of it at a time. Make it
    before the first fork.

    The locks are the kernel's, which ends them with their process. They are held by
    processes, and given up where a process closes the file: nobody does.
    """

    def __init__(self) -> None:
        """Memory is taken only for what is written."""
        self._file = os.memfd_create("workers")
        cells = 5 + 4 * WORKERS
        size = cells * 8 + WORKERS * REASON_BYTES
        os.ftruncate(self._file, size)
        shared = np.frombuffer(mmap.mmap(self._file, size), np.uint8)
        numbers = shared[: cells * 8].view(np.int64)
        self._cells, self._workers = numbers[:5], numbers[5:].reshape(4, WORKERS)
        self._reasons = shared[cells * 8 :].view(f"S{REASON_BYTES}")
        # One of them has the plan that serves, so that it is whole whatever becomes
        # of a worker that writes the next into the other.
        self._plans = (os.memfd_create("plan"), os.memfd_create("plan"))
        for file in (self._file, *self._plans):
            weakref.finalize(self, os.close, file).atexit = False

    @property
    def serving(self) -> int:
        """The generation that requests are answered from; 0 before the first."""
        return int(self._cells[_SERVING])

    @property
    def posted(self) -> int:
        """The newest generation, which may not be prepared by all yet."""
        return int(self._cells[_POSTED])

    @property
    def began(self) -> int:
        """When the look began that found what is posted, on the monotonic clock, ns."""
        return int(self._cells[_BEGAN])

    def ask(self) -> None:
        """Have whoever leads look at the folder. By the master alone."""
        self._cells[_ASKED] += 1

    @property
    def asked(self) -> int:
        """How often somebody asked for a look."""
        return int(self._cells[_ASKED])

    @property
    def looked(self) -> int:
        """The number of the last such question that was answered."""
        return int(self._cells[_LOOKED])

    @looked.setter
    def looked(self, asked: int) -> None:
        self._cells[_LOOKED] = asked

    def lead(self) -> bool:
        """Whether this process leads: the first to ask does, as long as it lives."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _LEADER)
        except OSError:  # another does
            return False
        return True

    def anyone(self) -> bool:
        """Whether any worker has joined, and serves."""
        return bool(self._workers[_PREPARED].any())

    def plan(self, generation: int) -> Plan:
        """The plan of a generation; an empty one of 0 and of one that was overtaken."""
        with self._locked():
            found = (_read(file, generation) for file in self._plans)
            text = next(filter(None, found), None)
        return Plan() if text is None else Plan.from_json(text)

    def post(self, plan: Plan, began: int = 0) -> int:
        """Ask every worker to prepare `plan`; the number of its generation."""
        with self._locked():
            number = self.posted + 1
            first, second = self._plans
            over = second if _read(first, self.serving) else first
            os.ftruncate(over, 0)
            os.pwrite(over, f"{number}\n{plan.to_json()}".encode(), 0)
            self._cells[_BEGAN] = began
            self._cells[_POSTED] = number
            return number

    def join(self, generation: int) -> bool:
        """Serve from now on; False where another generation has come to serve."""
        with self._locked():
            if generation != self.serving:
                return False
            self._set_own(_FAILED, 0)
            self._set_own(_PREPARED, generation)
            return True

    def prepared(self, generation: int) -> None:
        """Say that this worker, which has joined, is ready to serve a generation."""
        with self._locked():
            self._set_own(_PREPARED, generation)

    def failed(self, generation: int, version: int, reason: str) -> None:
        """Say that this worker cannot load a version, joined or not."""
        with self._locked():
            row = self._own()
            self._reasons[row] = reason.encode()[:REASON_BYTES]
            self._workers[_VERSION, row] = version
            self._workers[_FAILED, row] = generation

    def failures(self) -> list[Failure]:
        """What workers have said to have failed since the last time."""
        if not self._workers[_FAILED].any():
            return []
        with self._locked():
            rows = np.flatnonzero(self._workers[_FAILED]).tolist()
            found = [self._failure(row) for row in rows]
            self._workers[_FAILED, rows] = 0
            return found

    def flip(self) -> bool:
        """Serve what is posted, once every worker that joined has prepared it."""
        if self.posted == self.serving:
            return False
        with self._locked():
            prepared = self._workers[_PREPARED]
            if (prepared[prepared != 0] != self.posted).any():
                return False
            self._cells[_SERVING] = self.posted
            return True

    def leave(self, pid: int) -> None:
        """Wait no longer for a worker that is gone. For the master: it never locks."""
        for row in np.flatnonzero(self._workers[_PID] == pid):
            for column in (_PREPARED, _FAILED, _PID):  # the last makes it free
                self._workers[column, row] = 0

    def _failure(self, row: int) -> Failure:
        pid, _, generation, version = map(int, self._workers[:, row])
        reason = bytes(self._reasons[row]).decode(errors="replace")
        return Failure(pid, generation, version, reason)

    def _set_own(self, column: int, value: int) -> None:
        self._workers[column, self._own()] = value

    def _own(self) -> int:
        """This process's row, taken when it is first asked for."""
        pids, pid = self._workers[_PID], os.getpid()
        mine = np.flatnonzero(pids == pid)
        row = int(mine[0] if mine.size else np.flatnonzero(pids == 0)[0])
        pids[row] = pid
        return row

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _TABLE)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _TABLE)


def _read(file: int, generation: int) -> str | None:
    """The text in `file`, where it is of that generation."""
    text = os.pread(file, os.fstat(file).st_size, 0).decode()
    number, _, plan = text.partition("\n")
    return plan if number == str(generation) else None
