"""What a command of mnist-models answers, for a person and for a machine.

What is in it is each command's own affair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.errors import ServiceError


@dataclass(frozen=True)
class Answer:
    """The text of a command, the same as one JSON document, and the exit code.

    `notes` are lines for standard error, with either.
    """

    text: str
    document: Mapping[str, Any]
    code: int = 0
    notes: tuple[str, ...] = ()


class Unfit(ServiceError):
    """The version failed its proof, or there is none to go back to."""


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their longest cell; those of numbers end flush.

    A heading that starts with ">" is that of numbers.
    """
    names = [name.lstrip(">") for name in heading]
    cells = [names, *([plain(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if name.startswith(">") else cell.ljust(width)
            for cell, width, name in zip(row, widths, heading, strict=True)
        )
        for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def plain(text: str) -> str:
    """On one line, and without what a terminal would obey."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def as_size(size: int) -> str:
    """Bytes as people read them: 831 B, 5.9 MB, of a thousand each."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.95 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"


def as_time(created: str) -> str:
    """An ISO 8601 time to the minute, as 2026-11-22 18:57."""
    return created[:16].replace("T", " ")
