"""The options of `mnist-train evaluate` and the help that teaches them.

From an argument list to a frozen value that has been checked by itself; the
files that it names are left to who opens them.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.engines import ENGINES, EngineName
from training.errors import FolderError, UsageError

_DESCRIPTION = """\
Measure a published version on pictures of your own. Each is read as the service
reads an upload (preprocess=auto, the limits in MNIST_MAX_UPLOAD_BYTES and
MNIST_MAX_PIXELS), so that the figures are those that a client would get. A
picture that cannot be read counts as wrong."""

_EPILOG = """\
the CSV:
  A header, then a line for each picture, in UTF-8:
    file,label,paper
    scans/a 1.png,7,white
    "b, again.jpg",3,lined
  file   (or filename) the picture, relative to FOLDER and within it
  label  (or digit) the digit that it shows, 0 to 9
  Any other column can be named with --by. Semicolons and tabs part cells too.

examples:
  mnist-train evaluate models/mnist/1 --pictures mine --labels mine/labels.csv
  mnist-train evaluate models/mnist/1 --pictures mine --labels l.csv --by paper
  mnist-train evaluate models/mnist/1 --pictures mine --labels l.csv --json > m.json

exit codes:
    0  measured, whatever came of it
    2  an option, a setting or the CSV is wrong
   66  the version, the folder, the CSV or a picture that it lists is not there
   69  the engine is not installed
   70  the version fails the proof that the service asks of it
   73  there is no folder to write the contact sheet into
   74  the disk failed, or is full
  130  interrupted (Ctrl-C)       143  terminated (SIGTERM)"""


@dataclass(frozen=True)
class EvaluateOptions:
    """What the command line asks for."""

    version: Path
    pictures: Path
    labels: Path
    out: Path
    by: tuple[str, ...]
    engine: EngineName
    json: bool


def parse(arguments: Sequence[str]) -> EvaluateOptions:
    """The options in `arguments`.

    Raises UsageError and FolderError for a place where the contact sheet cannot
    be written; of anything else argparse itself prints what is wrong and exits
    with code 2.
    """
    found = _parser().parse_args(arguments)
    _check_out(found.out)
    return EvaluateOptions(
        version=found.version,
        pictures=found.pictures,
        labels=found.labels,
        out=found.out,
        by=tuple(dict.fromkeys(found.by)),
        engine=found.engine,
        json=found.json,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mnist-train evaluate",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "version", type=Path, metavar="DIR", help="a version, such as models/mnist/1"
    )
    _add_pictures(parser)
    _add_results(parser)
    return parser


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pictures",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="PNG, JPEG, GIF, BMP, WebP, TIFF or PGM files",
    )
    parser.add_argument(
        "--labels", type=Path, required=True, metavar="CSV", help="see below"
    )
    parser.add_argument(
        "--engine", choices=ENGINES, default="litert", help="default: litert"
    )


def _add_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="COLUMN",
        help="also show the accuracy for each value in this column; may be repeated",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("mistakes.png"),
        metavar="FILE",
        help="the contact sheet of the mistakes; default: mistakes.png",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, no tables")


def _check_out(out: Path) -> None:
    if out.suffix.lower() != ".png" or out.is_dir():
        raise UsageError(f"--out is {str(out)!r}, expected the name of a .png file")
    if not out.parent.is_dir():
        raise FolderError(f"there is no folder {out.parent} to write {out.name} into")
    if not os.access(out.parent, os.W_OK):
        raise FolderError(f"{out.parent} cannot be written, where {out.name} goes")
