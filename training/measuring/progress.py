"""How far a long piece of work is, on stderr: a bar on a terminal, else lines.

Knows nothing of the work but how many steps it has.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO, TypeVar

Step = TypeVar("Step")

LINE_EVERY = 1000
"""Where there is no terminal, a line after so many steps."""

_WIDTH = 40


def shown(steps: Sequence[Step], what: str) -> Iterator[Step]:
    """`steps`, telling after each how many of them, named by `what`, are done."""
    told = _bar if sys.stderr.isatty() else _lines
    return told(steps, len(steps), what, sys.stderr)


def _bar(steps: Iterable[Step], count: int, what: str, out: TextIO) -> Iterator[Step]:
    try:
        for done, step in enumerate(steps, start=1):
            yield step
            filled = "#" * (_WIDTH * done // count)
            out.write(f"\r[{filled:{_WIDTH}}] {done} of {count} {what}")
            out.flush()
    finally:  # what is said next, an interruption too, begins its own line
        out.write("\n")


def _lines(steps: Iterable[Step], count: int, what: str, out: TextIO) -> Iterator[Step]:
    for done, step in enumerate(steps, start=1):
        yield step
        if done % LINE_EVERY == 0 and done < count:
            print(f"{done} of {count} {what}", file=out, flush=True)
