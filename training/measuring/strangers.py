"""How well a version's typicality tells digits from strangers.

    python -m training.measuring.strangers models/mnist/2

Measures one published version on what `training.measuring.strange_pictures` makes,
each picture at 28x28 as the network sees it; writes nothing.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.digits import SIDE, to_pixels
from service.errors import ArtifactError, UnreadablePicture
from service.normaliser import prepare
from service.pictures import Picture
from service.serving.proof import ProvedModel, prove
from training.cli import EXIT_CODES
from training.data import load_mnist
from training.errors import TrainingError, UsageError
from training.measuring.scores import RARE
from training.measuring.strange_pictures import FASHION, Kind, Pictures, strangers
from training.sources import sources

Score = Callable[[Pictures], NDArray[np.floating]]
"""How much each picture looks like a digit, more for more: [n]."""


@dataclass(frozen=True)
class Row:
    """What was measured on one kind: shares in 0..1.

    `auroc` is the chance that a real digit is more typical than a stranger,
    `below` the share of strangers whose typicality is under RARE.
    """

    kind: str
    group: str | None
    pictures: int
    auroc: float
    below: float


@dataclass(frozen=True)
class Table:
    """`real` is the share of `digits` real test digits under RARE.

    `mean` is the AUROC of the five groups: fashion, noise, blank, letters, two.
    """

    digits: int
    real: float
    rows: tuple[Row, ...]
    mean: float


def auroc(real: NDArray[np.floating], strange: NDArray[np.floating]) -> float:
    """The chance that one of `real` [n] is above one of `strange` [m]; ties half.

    The area under the ROC curve, by ranks (Mann and Whitney 1947).
    """
    ordered = np.sort(real)
    below = np.searchsorted(ordered, strange, side="left")
    upto = np.searchsorted(ordered, strange, side="right")
    return float(1 - ((below + upto) / 2).mean() / len(real))


def tabulate(
    digits: Pictures, kinds: Iterable[Kind], score: Score, rare: float
) -> Table:
    """Judge `score` on real `digits` and strangers; below `rare` is too strange.

    A kind without pictures gets no row.
    """
    real = score(digits)
    rows = []
    for kind in filter(lambda kind: len(kind.pictures), kinds):
        found = score(kind.pictures)
        below = float((found < rare).mean())
        rows.append(Row(kind.name, kind.group, len(found), auroc(real, found), below))
    return Table(len(real), float((real < rare).mean()), tuple(rows), mean_auroc(rows))


def mean_auroc(rows: Sequence[Row]) -> float:
    """The mean over groups of the mean of each group's rows."""
    means = [
        np.mean([row.auroc for row in rows if row.group == group])
        for group in groups_of(rows)
    ]
    return float(np.mean(means))


def groups_of(rows: Sequence[Row]) -> set[str]:
    """The groups that are in the mean."""
    return {row.group for row in rows if row.group is not None}


def typicality_of(proved: ProvedModel) -> Score:
    """The typicality that a version answers; UsageError where it carries none."""
    typicality, engine = proved.typicality, proved.engine
    if typicality is None:
        manifest = proved.manifest
        raise UsageError(
            f"{manifest.name} {manifest.version} carries no typicality, expected a "
            "version that holds typicality.npz; train one with mnist-train"
        )

    def score(pictures: Pictures) -> NDArray[np.float32]:
        return typicality.of(pictures, engine.predict(to_pixels(pictures)).argmax(1))

    return score


def as_uploaded(kind: Kind) -> Kind:
    """What is left of a kind once the service has prepared each as an upload.

    What it takes for blank is refused, and no longer among them.
    """
    seen = []
    for picture in kind.pictures:
        grey = Picture(picture.reshape(SIDE, SIDE), (SIDE, SIDE), rotated=False)
        try:
            seen.append(prepare(grey, "auto").digit)
        except UnreadablePicture:
            continue
    return Kind(kind.name, kind.group, np.array(seen, np.uint8).reshape(-1, SIDE**2))


def as_text(table: Table) -> str:
    """The table in Markdown, percentages with two digits."""
    lines = ["| kind | pictures | AUROC | below 0.01 |", "|---|---:|---:|---:|"]
    lines += [
        f"| {row.kind}{'' if row.group else ' *'} | {row.pictures:,} | {row.auroc:.4f} "
        f"| {row.below:.1%} |"
        for row in table.rows
    ]
    lines.append(f"| **mean of the five groups** | | **{table.mean:.4f}** | |")
    lines.append(f"| real test digits | {table.digits:,} | | {table.real:.2%} |")
    return "\n".join(lines) + "\n\n\\* not in the mean"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code, those of mnist-train."""
    options = _parser().parse_args(arguments)
    try:
        with redirect_stdout(sys.stderr):  # what the data says is no result
            table = _measure(options)
    except TrainingError as error:
        print(f"strangers: {error}", file=sys.stderr)
        return EXIT_CODES[type(error)]
    print(json.dumps(asdict(table), indent=2) if options.json else as_text(table))
    return 0


def _measure(options: argparse.Namespace) -> Table:
    try:
        score = typicality_of(prove(options.folder, "litert"))
    except ArtifactError as error:
        raise UsageError(f"no version that can be measured: {error}") from error
    digits = load_mnist(sources(options.data, os.environ)).x_test
    kinds = strangers(digits, options.fashion, options.count, options.seed)
    if options.uploaded:
        kinds = map(as_uploaded, kinds)
    return tabulate(digits, kinds, score, RARE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.measuring.strangers",
        description="How well a version tells digits from strangers.",
    )
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="a version, as models/mnist/2")
    add("--json", action="store_true", help="print JSON in place of a table")
    add("--uploaded", action="store_true", help="as preprocess=auto makes of them")
    add("--count", type=int, default=2000, help="of each random kind; default: 2000")
    add("--seed", type=int, default=1, help="default: 1")
    add("--data", type=Path, metavar="PATH", help="MNIST, as mnist-train takes it")
    add("--fashion", type=Path, default=FASHION, metavar="FOLDER", help=str(FASHION))
    return parser


if __name__ == "__main__":
    sys.exit(main())
