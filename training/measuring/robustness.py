"""How well a version reads digits that are not as MNIST has them.

Corrupted copies and synthetic photographs of test digits, through the HTTP
service; the copies also by the network alone, so that one sees what the
service's normaliser adds. How pictures are made is left to `corruptions` and
`photographs`.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from service.digits import to_pixels
from service.engines import Engine
from service.errors import ArtifactError
from service.serving.proof import prove
from training.errors import ProofError
from training.evaluate import wilson_interval
from training.measuring.corruptions import CORRUPTIONS, corrupted
from training.measuring.parts import Part, Subject, progress
from training.measuring.photographs import SIZES, photographs
from training.measuring.robustness_figure import draw
from training.measuring.served import UNREAD, Client, serving

COLUMNS = (
    "kind",
    "how far",
    "pictures",
    "service",
    "95% interval",
    "unread",
    "network",
)
SAYS = """\
Test digits made worse by code, through the HTTP service (`preprocess=auto`): copies of
28 x 28 pixels, each spoilt in one way and to a degree that is drawn uniformly up to the
limit named, and synthetic photographs of a digit on paper, by their longer side. What
the service refused counts as wrong, under "unread". "network" is the network alone on
the same pixels, without the service's normaliser. `docs/robustness.md` says how each
picture is made."""


@dataclass(frozen=True)
class Row:
    """How many `pictures` of one kind were read right, by whom.

    `right` by the service, which refused `unread` of the others; `alone` by
    the network without it, None where that cannot be asked.
    """

    kind: str
    extent: str
    pictures: int
    right: int
    unread: int
    alone: int | None

    @property
    def accuracy(self) -> float:
        """The share that the service read right, in 0..1."""
        return self.right / self.pictures

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of `accuracy`."""
        return wilson_interval(self.right, self.pictures)


def measure_robustness(subject: Subject) -> Part:
    """The table of every corruption and size class.

    Raises UsageError where the version is none, ProofError where it fails its
    proof or cannot be served.
    """
    with serving(subject.folder) as client:
        engine = _engine(subject)
        rows = (*_copies(subject, client, engine), *_photographs(subject, client))
    return Part(
        name="robustness",
        title="Corrupted and photographed digits",
        says=SAYS,
        columns=COLUMNS,
        words=2,
        rows=tuple(_cells(row) for row in rows),
        document={
            "seed": subject.seed,
            "rows": [
                asdict(row) | {"accuracy": row.accuracy, "interval": row.interval}
                for row in rows
            ],
        },
        figure=draw(rows),
        caption="Accuracy by corruption and size, with the service and without",
    )


def drawn_rows(count: int, of: int, seed: int) -> NDArray[np.intp]:
    """Which `count` of `of` test digits are taken, in ascending order.

    Drawn, since the first half of MNIST's test set is easier than the second.
    """
    return np.sort(np.random.default_rng(seed).permutation(of)[:count])


def _copies(subject: Subject, client: Client, engine: Engine) -> Iterator[Row]:
    mnist = subject.mnist
    chosen = drawn_rows(subject.copies, len(mnist.x_test), subject.seed)
    digits = mnist.x_test[chosen].reshape(-1, 28, 28)
    labels = mnist.y_test[chosen]

    def row(kind: str, extent: str, copies: NDArray[np.uint8]) -> Row:
        answers = client.read_digits(copies, progress(kind, len(copies)))
        alone = engine.predict(to_pixels(copies.reshape(-1, 784))).argmax(axis=1)
        return _row(kind, extent, labels, answers, int((alone == labels).sum()))

    yield row("as they are", "MNIST's own", digits)
    for one in CORRUPTIONS:
        yield row(one.name, one.extent, corrupted(one, digits, subject.seed))


def _photographs(subject: Subject, client: Client) -> Iterator[Row]:
    """A row for each size class, and one for them all."""
    mnist, each = subject.mnist, subject.photographs // len(SIZES)
    chosen = np.random.default_rng(subject.seed).permutation(len(mnist.x_test))
    rows = []
    for place, sizes in enumerate(SIZES):
        # Other digits in each class, as far as there are enough.
        some = np.take(chosen, range(place * each, (place + 1) * each), mode="wrap")
        kind = f"photographs, {sizes[0]} to {sizes[1]} px"
        tell = progress(kind, each)
        answers = _read_photographs(
            client, mnist.x_test[some], sizes, subject.seed, tell
        )
        rows.append(
            _row(kind, "pen or pencil on paper", mnist.y_test[some], answers, None)
        )
    yield from rows
    yield Row(
        "photographs, all",
        "pen or pencil on paper",
        sum(row.pictures for row in rows),
        sum(row.right for row in rows),
        sum(row.unread for row in rows),
        None,
    )


def _read_photographs(
    client: Client,
    digits: NDArray[np.uint8],
    sizes: tuple[int, int],
    seed: int,
    tell: Callable[[int], None],
) -> NDArray[np.int64]:
    answers = []
    for photograph in photographs(digits.reshape(-1, 28, 28), sizes, seed):
        answers.append(client.read_picture(photograph.encoded, photograph.media_type))
        tell(len(answers))
    return np.array(answers, np.int64)


def _row(
    kind: str,
    extent: str,
    labels: NDArray[np.uint8],
    answers: NDArray[np.int64],
    alone: int | None,
) -> Row:
    right, unread = int((answers == labels).sum()), int((answers == UNREAD).sum())
    return Row(kind, extent, len(labels), right, unread, alone)


def _cells(row: Row) -> tuple[str, ...]:
    low, high = row.interval
    return (
        row.kind,
        row.extent,
        f"{row.pictures:,}",
        f"{row.accuracy:.2%}",
        f"{low:.2%} to {high:.2%}",
        f"{row.unread:,}",
        "" if row.alone is None else f"{row.alone / row.pictures:.2%}",
    )


def _engine(subject: Subject) -> Engine:
    try:
        return prove(subject.folder, "litert").engine
    except ArtifactError as error:
        raise ProofError(f"the version fails its proof: {error}") from error
