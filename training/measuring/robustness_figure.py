"""Draws how well each kind of picture was read, as bars with their intervals.

Takes the rows as they are; what they mean is left to `robustness`.
"""

from collections.abc import Sequence
from typing import Protocol

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

SERVICE, ALONE = "#2f6db3", "#d9592b"


class Measured(Protocol):
    """What is drawn of a row: its kind and figures, shares in 0..1."""

    @property
    def kind(self) -> str: ...
    @property
    def pictures(self) -> int: ...
    @property
    def alone(self) -> int | None: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def interval(self) -> tuple[float, float]: ...


def draw(rows: Sequence[Measured]) -> Figure:
    """A bar a row for the service, and a dot where the network was asked alone."""
    figure = Figure(figsize=(10, 0.9 + 0.36 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places = range(len(rows))
    shares = [row.accuracy for row in rows]
    whiskers = list(zip(*(_whisker(row) for row in rows), strict=True))
    axes.barh(
        places,
        shares,
        xerr=whiskers,
        color=SERVICE,
        height=0.62,
        label="service",
        error_kw={"ecolor": "0.25", "capsize": 2},
    )
    alone = [
        (p, r.alone / r.pictures) for p, r in enumerate(rows) if r.alone is not None
    ]
    axes.plot(
        [share for _, share in alone],
        [place for place, _ in alone],
        "D",
        color=ALONE,
        label="network alone, without the normaliser",
    )
    for place, row in enumerate(rows):
        axes.text(1.01, place, f"{row.accuracy:.1%}", va="center")
    axes.set_yticks(places, [row.kind for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.08)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("Read right, with 95% intervals", loc="left")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _whisker(row: Measured) -> tuple[float, float]:
    low, high = row.interval
    return max(0.0, row.accuracy - low), max(0.0, high - row.accuracy)
