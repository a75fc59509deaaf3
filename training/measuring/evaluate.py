"""`mnist-train evaluate`: how well a version reads pictures of one's own.

The story, one call a line; exit codes are given by `training.cli`. Needs no
TensorFlow unless that is the engine.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from training.errors import UsageError
from training.measuring.contact_sheet import MOST, write_contact_sheet
from training.measuring.document import document
from training.measuring.evaluate_options import EvaluateOptions, parse
from training.measuring.labels import Labelled, read_labels
from training.measuring.progress import shown
from training.measuring.reading import Reader, Reading
from training.measuring.scores import Scores, mistakes, score
from training.measuring.tables import told


def main(arguments: Sequence[str]) -> int:
    """Read every picture, print what came of it and draw the mistakes.

    Raises TrainingError for what `mnist-train evaluate --help` has a code for.
    """
    options = parse(arguments)
    pictures = read_labels(options.labels, options.pictures)
    _check(options, pictures)
    reader = Reader(options.version, options.engine, options.pictures, os.environ)
    # One at a time: memory holds one picture, however many there are.
    readings = [reader.read(picture) for picture in shown(pictures, "pictures read")]
    scores = score(readings, options.by)
    write_contact_sheet(options.out, mistakes(readings), len(readings), reader)
    _print(options, reader, readings, scores)
    return 0


def _check(options: EvaluateOptions, pictures: Sequence[Labelled]) -> None:
    """Before the long work: every column to show is there, and no picture is lost."""
    columns = list(pictures[0].notes)
    for column in options.by:
        if column not in columns:
            raise UsageError(
                f"{options.labels} has no column {column!r}, "
                f"expected one of {', '.join(columns)}"
            )
    out = options.out.resolve()
    if any(
        (options.pictures / picture.file).resolve() == out
        for picture in pictures
        if Path(picture.file).name == out.name  # resolving all would take seconds
    ):
        raise UsageError(f"--out is {options.out}, one of the pictures to read")


def _print(
    options: EvaluateOptions,
    reader: Reader,
    readings: Sequence[Reading],
    scores: Scores,
) -> None:
    if options.json:
        about = {
            "folder": str(options.version),
            "model": reader.model,
            "version": reader.version,
            "engine": options.engine,
            "contact_sheet": str(options.out),
        }
        print(json.dumps({**about, **document(readings, scores)}, indent=2))
        return
    print(f"{reader.model} version {reader.version}, engine {options.engine}\n")
    print(told(readings, scores))
    print(f"\n{_said_of_sheet(options.out, scores)}")


def _said_of_sheet(out: Path, scores: Scores) -> str:
    wrong = scores.whole.pictures - scores.whole.right
    if wrong > MOST:
        return f"{out}: the {MOST} most confident of {wrong} mistakes"
    return f"{out}: the {wrong} mistakes" if wrong else f"{out}: no mistakes to show"
