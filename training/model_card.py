"""The model card: one version in words, as Markdown.

Follows "Model Cards for Model Reporting" (Mitchell et al., 2019). Renders
what it is given; figures come from `training.evaluate`.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files

from training.checkpoint import Epoch
from training.evaluate import Evaluation
from training.results import Results

_ALL = "It learned from all the training pictures."
_SPLIT = """\
It did not learn from the {held_back:,} training pictures that were held back."""

_TWIN = """\
It was fitted to {held_back:,} training pictures, as they were read by a twin of the
network: the same recipe without them, since the network itself has learned them."""
_UNSEEN = """\
It was fitted to {held_back:,} training pictures that the network did not learn from."""

_FITTED = """\
Training figures are means over the epoch while the network was learning; test figures
are taken at its end. Nothing was chosen by the test figures."""

_TAUGHT = """\
The network learned the answers of a larger, convolutional teacher to distorted copies
of the training pictures, and of ones drawn by code with an upstroke or a foot, which
MNIST's writers left out. Training figures are means over the epoch while it was
learning: the accuracy is how often the two agree on those copies, the loss how far
they are apart once softened. The test pictures were judged once, after the last epoch.
The teacher agreed with {accuracy:.2%} of the labels of the distorted copies in its own
last epoch."""

_SHOWN = 20  # epochs in the table, of a run that had many more


def model_card(results: Results) -> str:
    """The card's Markdown; its pictures are named as `training.report` does."""
    template = files("training").joinpath("model_card.md").read_text("utf-8")
    low, high = results.test.interval
    return template.format(
        name=results.name,
        parameters=results.trained.network.count_params(),
        accuracy=results.test.accuracy,
        pictures=results.test.pictures,
        training=results.train.pictures,
        low=low,
        high=high,
        gap=100 * results.gap,
        command=results.command,
        updates=results.trained.updates,
        seconds=results.trained.seconds,
        temperature=results.calibration.temperature,
        **_sentences(results),
        **_tables(results),
    )


def _sentences(results: Results) -> dict[str, str]:
    apart, taught = results.config.holds_back, results.trained.teacher
    texts = {
        "learned": _SPLIT if apart else _ALL,
        "held": _UNSEEN if apart else _TWIN,
        "explained": _TAUGHT if taught else _FITTED,
    }
    values = {
        "held_back": results.calibration.pictures,
        "accuracy": taught[-1].train_accuracy if taught else None,
    }
    return {name: text.format(**values) for name, text in texts.items()}


def _tables(results: Results) -> dict[str, str]:
    sets = (("training", results.train), ("test", results.test))
    return {
        "summary": _rows(_summary(name, judged) for name, judged in sets),
        "epochs": _rows(
            (
                epoch.epoch,
                f"{epoch.train_accuracy:.4f}",
                f"{epoch.train_loss:.4f}",
                _figure(epoch.test_accuracy),
                _figure(epoch.test_loss),
            )
            for epoch in _some(results.trained.history)
        ),
        "classes": _rows(
            (one.label, f"{one.precision:.4f}", f"{one.recall:.4f}", one.support)
            for one in results.test.classes
        ),
        "confidence": _rows(
            (name, f"{found.ece:.2%}", f"{found.nll:.4f}", f"{found.brier:.4f}")
            for name, found in results.confidence.items()
        ),
        "config": _rows(
            (name.replace("_", " ").replace(".", ", "), value)
            for name, value in results.config.flat().items()
        ),
        "data": _rows(
            (name, f"`{digest}`") for name, digest in results.mnist.checksums().items()
        ),
    }


def _some(history: Sequence[Epoch]) -> Sequence[Epoch]:
    """All epochs, or some evenly apart with the last among them."""
    apart = -(-len(history) // _SHOWN)
    return history[::-1][::apart][::-1]


def _figure(value: float | None) -> str:
    return "not judged" if value is None else f"{value:.4f}"


def _summary(name: str, judged: Evaluation) -> tuple[object, ...]:
    low, high = judged.interval
    return (
        name,
        f"{judged.pictures:,}",
        f"{judged.accuracy:.4f}",
        f"{low:.4f} to {high:.4f}",
        f"{judged.loss:.4f}",
    )


def _rows(rows: Iterable[Sequence[object]]) -> str:
    return "\n".join(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)
