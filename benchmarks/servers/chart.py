"""The results as a picture: requests a second, and what each costs the processor."""

import io

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.servers.contenders import OURS
from benchmarks.servers.results import Results
from benchmarks.servers.summary import Row

AT = "16"
OWN, FLOOR, OTHER = "#d9730d", "#9a9a9a", "#4477aa"


def svg(results: Results) -> str:
    """An SVG; the same one for the same results."""
    rows = [row for row in results.rows if row.void is None and "again" not in row.name]
    rows.sort(key=lambda row: row.per_second[AT])
    figure = Figure(figsize=(9, 0.34 * len(rows) + 1.1), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    _bars(
        left, rows, [row.per_second[AT] for row in rows], "requests/s, more is better"
    )
    _bars(
        right,
        rows,
        [row.processor[AT] for row in rows],
        "CPU us/request, less is better",
    )
    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "servers"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


def _bars(axes: Axes, rows: list[Row], values: list[float], title: str) -> None:
    names = [row.name for row in rows]
    bars = axes.barh(names, values, color=[_colour(name) for name in names])
    axes.bar_label(bars, [f"{value:,.0f}" for value in values], padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 3)
    axes.set_title(f"{title} (log scale)", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _colour(name: str) -> str:
    if name.startswith(OURS.partition(",")[0]) or name.startswith("tensorflow"):
        return OWN
    return FLOOR if name.startswith("floor") else OTHER
