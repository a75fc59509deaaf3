"""The memory of several processes, each page counted once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.pages import held_mebibytes

MEBIBYTES = 64
FORKED = f"""
import os, sys
shared = os.urandom({MEBIBYTES} * 2**20)
child = os.fork()
if child:
    print(child, flush=True)
sys.stdin.read()
"""
"""A process that has so much, as has a child of it, until nobody writes to them."""

pytestmark = pytest.mark.skipif(
    held_mebibytes([os.getpid()]) is None,
    reason="only root, and not in every container, is told which pages a process has",
)


@contextmanager
def forked() -> Iterator[list[int]]:
    """Both of them."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", FORKED], stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdout is not None
        yield [process.pid, int(process.stdout.readline())]


def test_what_a_fork_shares_is_counted_once() -> None:
    with forked() as family:
        alone, together = held_mebibytes(family[:1]), held_mebibytes(family)

    assert alone is not None
    assert together is not None
    assert MEBIBYTES <= alone <= together < alone + MEBIBYTES / 2


def test_one_that_is_gone_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass

    assert held_mebibytes([process.pid]) is None
