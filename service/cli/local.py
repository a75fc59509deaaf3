"""Files read in this process, by a version that is loaded and proved for it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from service.answer import Prediction
from service.classifier import Classifier
from service.cli.listing import Failure, Reading, Row, Stopped
from service.errors import NotReady, RequestError, ServiceError, UnreadablePicture
from service.settings import Settings
from service.store import Store
from service.uploads import Upload


def rows(
    files: Sequence[str], version: int | None, models_dir: Path | None
) -> Iterator[Row]:
    """Each file's row, read a batch of them at a time.

    Raises Stopped: 3 where no version is ready, 2 for what else is wrong.
    """
    try:
        yield from _read_all(files, version, models_dir)
    except ServiceError as error:
        raise Stopped(3 if isinstance(error, NotReady) else 2, str(error)) from error


def _read_all(
    files: Sequence[str], version: int | None, models_dir: Path | None
) -> Iterator[Row]:
    settings = Settings.from_env(os.environ)
    if models_dir:
        settings = replace(settings, models_dir=models_dir)
    store = Store(settings)
    store.load()
    classifier = Classifier(store, settings)
    for start in range(0, len(files), settings.max_batch):
        pictures = [_read(file) for file in files[start : start + settings.max_batch]]
        yield from map(_row, classifier.classify(pictures, version=version).results)


def _read(file: str) -> Upload:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        return UnreadablePicture(f"the file cannot be read: {error.strerror}")


def _row(result: Prediction | RequestError) -> Row:
    if isinstance(result, RequestError):
        return Failure(str(result))
    several = result.preprocessing.several
    return Reading(
        result.digit, result.probability, tuple(result.probabilities), several
    )
