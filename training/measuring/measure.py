"""mnist-train measure: what a published version is worth beyond the test set.

Parses, measures each of PARTS, prints and writes them; what is measured, and
how, is left to the parts.
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from service.artifact import read_manifest, verify
from service.errors import ArtifactError
from training.data import load_mnist
from training.errors import UsageError, WriteError
from training.measuring.card import report_files
from training.measuring.parts import Part, Subject, as_text
from training.measuring.resealing import replace_file, reseal
from training.measuring.robustness import measure_robustness
from training.measuring.sheet import contact_sheet
from training.measuring.strange_part import measure_typicality
from training.sources import sources

PARTS: tuple[Callable[[Subject], Part], ...] = (
    measure_robustness,
    measure_typicality,
)
"""Each adds a table to the card, NAME.json and, if it draws one, NAME.png."""

_DESCRIPTION = """\
Measure how well the version in DIR reads corrupted copies and synthetic photographs of
MNIST's test digits, through the real service, and how well its typicality tells digits
from strangers; add the tables to its report."""

_EPILOG = """\
Written into DIR/report: robustness.json, robustness.png, typicality.json, and a section
"Beyond the test set" of model_card.md, which replaces that of an earlier measuring. The
manifest is sealed again, so that a service that verifies checksums meanwhile is content
throughout. Fashion-MNIST is among the strangers where Debian's package
dataset-fashion-mnist is installed.

examples:
  mnist-train measure models/mnist/1                  the whole, some minutes
  mnist-train measure models/mnist/1 --no-write --copies 500 --photographs 100
  mnist-train measure models/mnist/1 --no-write --json > robustness.json
  mnist-train measure models/mnist/1 --no-write --sheet kinds.png

exit codes: those of mnist-train, of which 2 where DIR holds no whole version, 70 where
it fails its proof or the service does not start over it"""


def main(arguments: Sequence[str]) -> int:
    """Measure as the arguments say; 0 where all of it went well.

    Raises TrainingError, which `training.cli` has exit codes for.
    """
    options = _parser().parse_args(arguments)
    _check(options)
    command = shlex.join(["mnist-train", "measure", *arguments])
    # What is printed meanwhile is no part of the result.
    with redirect_stdout(sys.stderr):
        subject = Subject(
            folder=options.folder,
            mnist=load_mnist(sources(options.data, os.environ)),
            seed=options.seed,
            copies=options.copies,
            photographs=options.photographs,
        )
        _write_sheet(options.sheet, subject)
        parts = [measure(subject) for measure in PARTS]
        files = report_files(subject.folder, parts, command)
        if options.write:
            reseal(subject.folder, files)
    _print(parts, command, options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    data = os.environ.get("MNIST_DATA") or None
    parser = argparse.ArgumentParser(
        prog="mnist-train measure",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="a version, as models/mnist/1"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document, no tables"
    )
    parser.add_argument(
        "--no-write",
        dest="write",
        action="store_false",
        help="print only; the version stays as it is",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="default: 0; the same pictures"
    )
    _add_amounts(parser)
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="a PNG with some of every kind"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=data,
        metavar="PATH",
        help="MNIST, as for mnist-train; default: $MNIST_DATA, or wherever it is found",
    )
    return parser


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--copies",
        type=int,
        default=10_000,
        metavar="N",
        help="how many test digits are corrupted in each way; default: 10000, all",
    )
    parser.add_argument(
        "--photographs",
        type=int,
        default=1_000,
        metavar="N",
        help="how many are made, a quarter in each class of sizes; default: 1000",
    )


def _check(options: argparse.Namespace) -> None:
    """Refuse at once what would only fail after minutes."""
    ranges = (("seed", 0, 2**63), ("copies", 1, 10_000), ("photographs", 4, 10_000))
    for name, least, most in ranges:
        value = getattr(options, name)
        if not least <= value <= most:
            raise UsageError(f"--{name} is {value}, expected {least} to {most}")
    try:
        verify(options.folder, read_manifest(options.folder))
    except ArtifactError as error:
        raise UsageError(f"{options.folder} holds no whole version: {error}") from error
    if options.write and not os.access(options.folder, os.W_OK):
        raise WriteError(f"{options.folder} cannot be written; --no-write prints only")


def _write_sheet(path: Path | None, subject: Subject) -> None:
    if path is None:
        return
    try:
        replace_file(path, contact_sheet(subject))
    except OSError as error:
        raise WriteError(f"{path} could not be written: {error.strerror}") from error


def _print(parts: Sequence[Part], command: str, as_json: bool) -> None:
    if as_json:
        documents = {part.name: part.document for part in parts}
        print(json.dumps({"command": command, **documents}, indent=2))
        return
    print("\n\n".join(as_text(part) for part in parts))
