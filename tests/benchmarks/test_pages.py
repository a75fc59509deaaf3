"""The memory of several processes, each page counted once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.pages import held_mebibytes

MEBIBYTES = 64

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root is told which pages a process has"
)


@contextmanager
def forked() -> Iterator[int]:
    """A child that has what this process had, and does nothing."""
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_what_a_fork_shares_is_counted_once() -> None:
    shared = bytearray(os.urandom(MEBIBYTES * 2**20))
    alone = held_mebibytes([os.getpid()])

    with forked() as child:
        together = held_mebibytes([os.getpid(), child])

    assert alone is not None
    assert together is not None
    assert len(shared) / 2**20 <= alone <= together < alone + MEBIBYTES / 2


def test_one_that_is_gone_holds_nothing() -> None:
    with forked() as child:
        pass

    assert held_mebibytes([child]) is None
