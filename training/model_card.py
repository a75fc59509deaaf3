"""The model card: one version in words, as Markdown.

Follows "Model Cards for Model Reporting" (Mitchell et al., 2019). Renders
what it is given; figures come from `training.evaluate`.
"""

from collections.abc import Iterable, Sequence

from training.checkpoint import Epoch
from training.evaluate import Evaluation
from training.results import Results

_CARD = """\
# {name}: a classifier of handwritten digits

{parameters:,} parameters: 784 pixels, 512 ReLUs, a softmax over ten digits. It reads
**{accuracy:.2%}** of the {pictures:,} MNIST test pictures right (95% interval \
{low:.2%} to {high:.2%}).

## Intended use

Reading single digits that look like those of MNIST: 28 x 28 grey pixels, bright ink
(255) on dark (0), the digit scaled to 20 x 20 and centred by its mass. The input is
those 784 numbers divided by 255, the output ten probabilities that sum to 1.

## Limits

- It answers with a digit whatever it is shown: letters, scribbles and empty pictures
  too, and often with a high probability.
- Pictures that were not prepared as MNIST's were (photographs, scans, drawings that
  are off centre) are read much worse than the figures here say.
- The probabilities are not calibrated: the mistakes below show how sure it can be.
- The writers were American census employees and high-school students around 1990;
  other hands write other sevens. Not for decisions about people, money or post
  without a human check.

## How good it is

| | pictures | accuracy | 95% interval | loss |
|---|---:|---:|---:|---:|
{summary}

The gap of **{gap:.2f} points** between the two sets is the overfitting: the network
has learned its training pictures better than digits in general.

![Accuracy and loss by epoch, with the gap](curves.png)

| epoch | training accuracy | training loss | test accuracy | test loss |
|---:|---:|---:|---:|---:|
{epochs}

{explained}

| digit | precision | recall | test pictures |
|---:|---:|---:|---:|
{classes}

![Which digit was read as which](confusion.png)

![The most confident mistakes](mistakes.png)

![The first layer's weights](weights.png)

## How it was trained

```
{command}
```

| | |
|---|---|
{config}
| updates | {updates:,} |
| seconds | {seconds:.0f} |

The same command gives the same weights again, bit for bit, on the same machine with
the same libraries; `manifest.json` names them.

## Data

MNIST, by Yann LeCun and Corinna Cortes, derived from NIST Special Databases 1 and 3,
under the Creative Commons Attribution-Share Alike 3.0 licence. {training:,} pictures
to train on, {pictures:,} to test with. sha256 of the arrays' bytes:

| array | sha256 |
|---|---|
{data}
"""


_FITTED = """\
Training figures are means over the epoch while the network was learning; test figures
are taken at its end. Nothing was chosen by the test figures."""

_TAUGHT = """\
The network learned the answers of a larger, convolutional teacher to distorted copies
of the training pictures. Training figures are means over the epoch while it was
learning: the accuracy is how often the two agree on those copies, the loss how far
they are apart once softened. The test pictures were judged once, after the last epoch.
The teacher agreed with {accuracy:.2%} of the labels of the distorted copies in its own
last epoch."""

_SHOWN = 20  # epochs in the table, of a run that had many more


def model_card(results: Results) -> str:
    """The card's Markdown; its pictures are named as `training.report` does."""
    low, high = results.test.interval
    return _CARD.format(
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
        explained=_explained(results),
        **_tables(results),
    )


def _explained(results: Results) -> str:
    if not results.trained.teacher:
        return _FITTED
    return _TAUGHT.format(accuracy=results.trained.teacher[-1].train_accuracy)


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
