"""Draws how the run went: accuracy and loss by epoch, and the gap between sets.

Takes the history as it is; the other pictures are drawn by `training.figures`.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from training.results import Results

TRAIN, TEST = "#2f6db3", "#d9592b"


def draw_curves(results: Results) -> Figure:
    """Two panels, accuracy and loss: lines by epoch, dots for the final network.

    Of a network that was taught by another the loss is the distance from its
    teacher's softened answers, which no other loss can be compared with.
    """
    history = results.trained.history
    taught = results.config.distillation is not None
    epochs = [epoch.epoch for epoch in history]
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    accuracy, loss = figure.subplots(1, 2)
    _draw_lines(
        accuracy,
        epochs,
        [epoch.train_accuracy for epoch in history],
        [epoch.test_accuracy for epoch in history],
    )
    _draw_gap(accuracy, epochs[-1], results.train.accuracy, results.test.accuracy)
    accuracy.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    accuracy.set_title(f"Accuracy: {100 * results.gap:.2f} points of overfitting")
    _draw_lines(
        loss,
        epochs,
        [epoch.train_loss for epoch in history],
        [epoch.test_loss for epoch in history],
    )
    if taught:
        loss.set_title("Loss (from the teacher's softened answers)")
    else:
        _draw_gap(loss, epochs[-1], results.train.loss, results.test.loss)
        loss.set_title("Loss (cross-entropy, nats)")
    accuracy.legend(loc="lower right", frameon=False)
    return figure


def _draw_lines(
    axes: Axes,
    epochs: Sequence[int],
    train: Sequence[float],
    test: Sequence[float | None],
) -> None:
    """Training by epoch, and test where it was judged in every epoch."""
    line = "o-" if len(epochs) <= 40 else "-"
    axes.plot(epochs, train, line, color=TRAIN, label="training, during the epoch")
    judged = [figure for figure in test if figure is not None]
    if len(judged) == len(epochs):
        axes.plot(epochs, judged, line, color=TEST, label="test, at the epoch's end")
        axes.fill_between(epochs, train, judged, color="0.5", alpha=0.15, linewidth=0)
    axes.set_xlabel("epoch")
    axes.set_xlim(epochs[0] - 0.3, epochs[-1] + 0.3 + 0.12 * len(epochs))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_gap(axes: Axes, last: int, train: float, test: float) -> None:
    """The final network on the whole of each set, and how far they are apart."""
    place = last + max(0.25, 0.03 * last)
    axes.annotate(
        "",
        xy=(place, train),
        xytext=(place, test),
        arrowprops={"arrowstyle": "<->", "color": "0.3", "shrinkA": 0, "shrinkB": 0},
    )
    axes.plot([place], [train], "D", color=TRAIN, label="training, final network")
    axes.plot([place], [test], "D", color=TEST, label="test, final network")
    axes.annotate(
        f"gap\n{abs(train - test):.4f}",
        xy=(place, (train + test) / 2),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        color="0.3",
    )
