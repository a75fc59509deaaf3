"""mnist-classify: read pictures of digits, here or by asking a running service.

Who reads them is chosen here; the reading is in `local` and `remote`, what is
printed of it in `listing`.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from service.cli.listing import Failure, Row, Stopped, print_json, print_table
from service.versions.labels import LABEL

EPILOG = """\
The table shows the digit read, its probability, and the second likeliest.

With --url a running service reads the files, and no model is loaded here. They are
sent in batches; to a service that is busy or just starting up to four times.

exit codes:
    0  every file was read
    1  some files could not be read; the others were
    2  the command line, a setting or the model asked for is wrong
    3  no model version is ready
    4  the service at --url could not be reached, or refused

examples:
    mnist-classify seven.png
    mnist-classify --json pictures/*.png
    mnist-classify --url http://127.0.0.1:8000 pictures/*.png
"""
MANY = 100
"""From so many files on, a terminal is told how far it has come."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each file shows; returns the exit code (see EPILOG)."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.url is not None and options.models_dir:
        parser.error("--url asks a service for its models, so not with --models-dir")
    try:
        rows = list(_told(_rows(options), len(options.files)))
    except Stopped as stopped:
        print(f"mnist-classify: {stopped}", file=sys.stderr)
        return stopped.code
    names = [os.fsencode(file).decode(errors="replace") for file in options.files]
    (print_json if options.json else print_table)(names, rows)
    return int(any(isinstance(row, Failure) for row in rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mnist-classify",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Read pictures of digits, with or without a running service.",
        epilog=EPILOG,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a picture")
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    parser.add_argument(
        "--model-version",
        type=_version,
        metavar="N",
        help="a number or a label; default: the newest",
    )
    parser.add_argument(
        "--models-dir", type=Path, metavar="DIR", help="default: MNIST_MODELS_DIR"
    )
    parser.add_argument("--url", help="ask the service there, as http://127.0.0.1:8000")
    return parser


def _version(text: str) -> int | str:
    if LABEL.fullmatch(text):
        return text
    return int(text)  # argparse makes a usage error of a ValueError


def _rows(options: argparse.Namespace) -> Iterator[Row]:
    """Imports one of the two ways: each has libraries that the other does without."""
    if options.url is not None:
        from service.cli import remote

        return remote.rows(options.files, options.model_version, options.url)
    from service.cli import local

    return local.rows(options.files, options.model_version, options.models_dir)


def _told(rows: Iterator[Row], total: int) -> Iterator[Row]:
    """`rows`, with their count on a terminal where there are many."""
    shown = total >= MANY and sys.stderr.isatty()
    for done, row in enumerate(rows, start=1):
        if shown and (done % 10 == 0 or done == total):
            end = "\n" if done == total else ""
            print(f"\r{done} of {total} files", end=end, file=sys.stderr, flush=True)
        yield row


if __name__ == "__main__":
    sys.exit(main())
