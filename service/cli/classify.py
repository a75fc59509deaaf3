"""mnist-classify: read pictures of digits with no server running."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from service.answer import Prediction
from service.classifier import Classifier
from service.errors import NotReady, RequestError, ServiceError, UnreadablePicture
from service.settings import Settings
from service.store import Store
from service.uploads import Upload

EPILOG = """\
The table shows the digit read, its probability, and the second likeliest.

exit codes:
    0  every file was read
    1  some files could not be read; the others were
    2  the command line, a setting or the model asked for is wrong
    3  no model version is ready

examples:
    mnist-classify seven.png
    mnist-classify --json pictures/*.png
"""

Result = tuple[str, Prediction | RequestError]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each file shows; returns the exit code (see EPILOG)."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env(os.environ)
        if options.models_dir:
            settings = replace(settings, models_dir=options.models_dir)
        store = Store(settings)
        store.load()
        results = list(_classify(store, settings, options))
    except ServiceError as error:
        print(f"mnist-classify: {error}", file=sys.stderr)
        return 3 if isinstance(error, NotReady) else 2
    _print_json(results) if options.json else _print_table(results)
    return int(any(isinstance(result, RequestError) for _, result in results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mnist-classify",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Read pictures of digits, with no server running.",
        epilog=EPILOG,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a picture")
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    parser.add_argument(
        "--model-version", type=int, metavar="N", help="default: the newest"
    )
    parser.add_argument(
        "--models-dir", type=Path, metavar="DIR", help="default: MNIST_MODELS_DIR"
    )
    return parser


def _classify(
    store: Store, settings: Settings, options: argparse.Namespace
) -> Iterator[Result]:
    """Each file's result, a batch of them at a time."""
    classifier = Classifier(store, settings)
    for start in range(0, len(options.files), settings.max_batch):
        files = options.files[start : start + settings.max_batch]
        pictures = [_read(file) for file in files]
        answer = classifier.classify(pictures, version=options.model_version)
        names = [os.fsencode(file).decode(errors="replace") for file in files]
        yield from zip(names, answer.results, strict=True)


def _read(file: str) -> Upload:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        return UnreadablePicture(f"the file cannot be read: {error.strerror}")


def _print_table(results: Sequence[Result]) -> None:
    width = max(len("file"), *(len(file) for file, _ in results))
    print(f"{'file':{width}}  digit  probability  next likeliest")
    for file, result in results:
        print(f"{file:{width}}  {_row(result)}")


def _row(result: Prediction | RequestError) -> str:
    if isinstance(result, RequestError):
        return f"    -  {result}"
    second = int(result.probabilities.argsort()[-2])
    return (
        f"{result.digit:5}  {result.probability:11.4f}  "
        f"{second} ({result.probabilities[second]:.4f})"
        f"{'  one of several digits' if result.preprocessing.several else ''}"
    )


def _print_json(results: Sequence[Result]) -> None:
    document = {"predictions": [{"file": f, **_document(r)} for f, r in results]}
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_INDENT_2
    print(orjson.dumps(document, option=options).decode())


def _document(result: Prediction | RequestError) -> dict[str, Any]:
    if isinstance(result, RequestError):
        return {"error": str(result)}
    return {
        "digit": result.digit,
        "probability": result.probability,
        "probabilities": result.probabilities,
        "several": result.preprocessing.several,
    }


if __name__ == "__main__":
    sys.exit(main())
