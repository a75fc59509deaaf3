"""What mnist-classify prints of the files that it read, as a table or as JSON.

Who read them is left to others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsFloat

import orjson


@dataclass(frozen=True)
class Reading:
    """The digit in one file, its probability, and those of the digits 0 to 9.

    Floats, or NumPy's float32, which JSON then shows with no more digits than it has.
    """

    digit: int
    probability: SupportsFloat
    probabilities: tuple[SupportsFloat, ...]
    several: bool


@dataclass(frozen=True)
class Failure:
    """Why a file could not be read."""

    error: str


Row = Reading | Failure


class Stopped(Exception):
    """Why the command ends with no file read, and its exit code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason

    def __str__(self) -> str:
        return self.reason


def print_table(names: Sequence[str], rows: Sequence[Row]) -> None:
    """A line for each file, under a heading."""
    width = max(len("file"), *map(len, names))
    print(f"{'file':{width}}  digit  probability  next likeliest")
    for name, row in zip(names, rows, strict=True):
        print(f"{name:{width}}  {_line(row)}")


def print_json(names: Sequence[str], rows: Sequence[Row]) -> None:
    """One document with an object for each file."""
    listed = [
        {"file": name, **vars(row)} for name, row in zip(names, rows, strict=True)
    ]
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_INDENT_2
    print(orjson.dumps({"predictions": listed}, option=options).decode())


def _line(row: Row) -> str:
    if isinstance(row, Failure):
        return f"    -  {row.error}"
    probabilities = [float(probability) for probability in row.probabilities]
    second = sorted(range(10), key=probabilities.__getitem__)[-2]
    return (
        f"{row.digit:5}  {float(row.probability):11.4f}  "
        f"{second} ({probabilities[second]:.4f})"
        f"{'  one of several digits' if row.several else ''}"
    )
