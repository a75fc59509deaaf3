"""Draws what the network confuses, its worst mistakes and its first weights.

How the run went by epoch is drawn by `training.curves`; where the files go is
left to `training.report`.
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.results import Results

_COLUMNS, _ROWS = 8, 4
_UNITS = 128


def draw_confusion(results: Results) -> Figure:
    """The confusion matrix: shaded by how often a digit was read as another."""
    confusion = results.test.confusion
    mistakes = confusion - np.diag(np.diag(confusion))
    figure = Figure(figsize=(7.2, 6.8), layout="constrained")
    axes = figure.subplots()
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, mistakes.max() * 1.3))
    for (true, predicted), count in np.ndenumerate(confusion):
        right = true == predicted
        axes.text(
            predicted,
            true,
            f"{count:,}" if count else "·",
            ha="center",
            va="center",
            color="#1a6b3c" if right else "0.15" if count else "0.75",
            fontweight="bold" if right else "normal",
        )
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    axes.set_xlabel("read as")
    axes.set_ylabel("true digit")
    axes.spines[:].set_visible(False)
    axes.set_title(f"{mistakes.sum():,} mistakes in {confusion.sum():,} test pictures")
    return figure


def draw_mistakes(results: Results) -> Figure:
    """Up to 32 test pictures read wrong, the most confident mistakes first."""
    figure = Figure(figsize=(11, 7), layout="constrained")
    wrong = worst_mistakes(results.probabilities, results.mnist.y_test)
    shown = wrong[: _COLUMNS * _ROWS]
    figure.suptitle(
        f"The {len(shown)} most confident of {len(wrong)} mistakes: "
        "the true digit, and what it was read as with which probability"
    )
    grid = figure.subplots(_ROWS, _COLUMNS)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, index in zip(grid.flat, shown, strict=False):
        answer = results.probabilities[index]
        axes.imshow(results.mnist.x_test[index].reshape(28, 28), cmap="gray_r")
        true, predicted = results.mnist.y_test[index], answer.argmax()
        axes.set_title(f"{true} as {predicted}, {100 * answer.max():.1f}%", fontsize=10)
    return figure


def worst_mistakes(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> NDArray[np.intp]:
    """Indices of the pictures read wrong, the most confident first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


def draw_weights(results: Results) -> Figure:
    """What hidden units look for: the 784 weights of each as a 28x28 picture.

    Red where ink excites the unit, blue where it inhibits it. A quarter of the
    units, those that weigh most in the output first: all would be too small.
    """
    first, _, last, _ = results.trained.network.get_weights()
    order = np.argsort(-np.linalg.norm(last, axis=1), kind="stable")
    mosaic = _mosaic(first.T[order[:_UNITS]].reshape(-1, 28, 28), columns=16)
    limit = float(np.nanpercentile(np.abs(mosaic), 99))
    figure = Figure(figsize=(11, 5.8), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(
        mosaic, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest"
    )
    axes.set_axis_off()
    axes.set_title(
        f"Weights of the {_UNITS} of {len(order)} hidden units that weigh most in the "
        "output: ink on red excites a unit, on blue inhibits it"
    )
    figure.colorbar(image, ax=axes, shrink=0.6, aspect=30)
    return figure


def _mosaic(tiles: NDArray[np.float32], columns: int) -> NDArray[np.float32]:
    """Tiles [n, h, w] laid out in rows of `columns`, NaN in the gaps."""
    padded = np.pad(tiles, ((0, 0), (1, 1), (1, 1)), constant_values=np.nan)
    count, height, width = padded.shape
    grid = padded.reshape(count // columns, columns, height, width)
    rows: NDArray[np.float32] = grid.transpose(0, 2, 1, 3).reshape(-1, columns * width)
    return rows
