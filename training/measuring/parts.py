"""What a part of the measuring gets and gives, and how its table is shown.

A part is a function from a Subject to a Part; `measure` lists them. Where a
Part is written is left to `card`.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from training.data import Mnist


@dataclass(frozen=True)
class Subject:
    """What is measured: the version in `folder`, on pictures made from `mnist`.

    `copies` is how many test digits are corrupted in each way, `photographs`
    how many photographs are made in all; `seed` decides how.
    """

    folder: Path
    mnist: Mnist
    seed: int
    copies: int
    photographs: int


@dataclass(frozen=True)
class Part:
    """One thing measured: for a terminal, the model card, and programs.

    `name` is the stem of its files, `says` a Markdown paragraph on how to read
    the table, `rows` its cells as text, of which the first `words` columns are
    words and the others figures, `document` the same as JSON; `figure` is a
    picture of it, `caption` its alternative text.
    """

    name: str
    title: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    document: Mapping[str, Any]
    words: int = 1
    figure: Figure | None = None
    caption: str = ""


def as_text(part: Part) -> str:
    """The title and the table in columns, for a terminal."""
    table = (part.columns, *part.rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(_cells(row, widths, part.words)).rstrip() for row in table]
    return "\n".join([part.title, "", *lines])


def as_markdown(part: Part) -> str:
    """The part as a section's body: words, table, picture."""
    marks = ["---"] * part.words + ["---:"] * (len(part.columns) - part.words)
    table = "\n".join(
        f"| {' | '.join(row)} |" for row in (part.columns, marks, *part.rows)
    )
    picture = f"\n\n![{part.caption}]({part.name}.png)" if part.figure else ""
    return f"### {part.title}\n\n{part.says}\n\n{table}{picture}"


def _cells(row: Sequence[str], widths: Sequence[int], words: int) -> list[str]:
    return [
        cell.ljust(width) if place < words else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def progress(what: str, total: int) -> Callable[[int], None]:
    """Tells how many of `total` are done on stderr, twice a second at most.

    On a terminal one line counts up; in a log only the end is written.
    """
    shown = 0.0

    def tell(done: int) -> None:
        nonlocal shown
        ends = done >= total
        if not ends and (not sys.stderr.isatty() or time.monotonic() - shown < 0.5):
            return
        shown = time.monotonic()
        start = "\r" if sys.stderr.isatty() else ""
        print(
            f"{start}{what}: {done:,} of {total:,}",
            end="\n" if ends else "",
            file=sys.stderr,
            flush=True,
        )

    return tell
