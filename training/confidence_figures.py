"""Draws whether the probabilities mean what they say, and what doubt is worth.

The figures are computed by `training.confidence`; where the files go is left to
`training.report`.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from training.confidence import Bin, reliability, risk_by_coverage
from training.results import Results

BEFORE, AFTER = "#d9592b", "#2f6db3"
_LEAST = 1e-5  # less is drawn as this: no bin holds enough pictures to tell


def draw_reliability(results: Results) -> Figure:
    """How often answers were right by how sure they were, on logarithmic axes.

    What is left to certainty, 1 - p, against the share of mistakes: nearly all
    answers are nearly sure, and on plain axes they would lie on one spot.
    """
    figure = Figure(figsize=(6.4, 6), layout="constrained")
    axes = figure.subplots()
    ends = [_LEAST / 2, 1]
    axes.plot(ends, ends, "--", color="0.6", label="as often as it says")
    for (name, answers), color in zip(
        results.answers.items(), (BEFORE, AFTER), strict=True
    ):
        bins = reliability(answers, results.mnist.y_test)
        error = results.confidence[name].ece
        _draw_bins(axes, bins, color, f"{name}: calibration error {error:.2%}")
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    axes.set_xlabel("how unsure: 1 - probability, mean of the bin")
    axes.set_ylabel("how often wrong")
    axes.set_title("Below the line it is better than it says, above it worse")
    axes.grid(color="0.9")
    axes.legend(loc="upper left", frameon=False)
    return figure


def _draw_bins(axes: Axes, bins: Sequence[Bin], color: str, label: str) -> None:
    """A dot a bin; those without a mistake lie hollow on the lower edge."""
    unsure = np.maximum([1 - one.confidence for one in bins], _LEAST)
    wrong = np.array([1 - one.accuracy for one in bins])
    some = wrong > 0
    axes.plot(unsure[some], wrong[some], "o-", color=color, label=label)
    none = np.full(int((~some).sum()), _LEAST)
    axes.plot(unsure[~some], none, "o", color=color, fillstyle="none")


def draw_risk(results: Results) -> Figure:
    """The share of mistakes left where only the surest answers are taken."""
    risk = risk_by_coverage(results.calibrated, results.mnist.y_test)
    coverage = np.arange(1, len(risk) + 1) / len(risk)
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    axes = figure.subplots()
    axes.plot(coverage, risk, color=AFTER)
    axes.set_xlabel("share of the test pictures that is answered, the surest first")
    axes.set_ylabel("share of mistakes among them")
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=2))
    axes.set_ylim(bottom=0)
    axes.grid(color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("Risk against coverage")
    return figure
