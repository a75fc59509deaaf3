"""Files read in this process, by a version that is loaded and proved for it."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from service.answer import Answer, Prediction
from service.artifact import version_numbers
from service.classifier import Classifier
from service.cli.forked import map_forked
from service.cli.listing import Failure, Reading, Row, Stopped
from service.errors import NotReady, RequestError, ServiceError, UnreadablePicture
from service.serving.policy import Policy
from service.serving.store import Store
from service.settings import Settings
from service.uploads import Upload

BATCH = 256
"""So many files are read at a time: every CPU soon has some, and few wait."""


def rows(
    files: Sequence[str], version: int | str | None, models_dir: Path | None
) -> Iterator[Row]:
    """Each file's row, in order; where there are many, every CPU reads some.

    Raises Stopped: 3 where no version is ready, 2 for what else is wrong.
    """
    try:
        yield from _read_all(files, version, models_dir)
    except ServiceError as error:
        raise Stopped(3 if isinstance(error, NotReady) else 2, str(error)) from error


def _read_all(
    files: Sequence[str], version: int | str | None, models_dir: Path | None
) -> Iterator[Row]:
    # Files come from nobody who could be in a share: nothing is to be said of it. Nor
    # do those that are read at a time belong together.
    settings = replace(
        Settings.from_env(os.environ),
        canary=None,
        shadow=None,
        max_request_pixels=sys.maxsize,
    )
    if models_dir:
        settings = replace(settings, models_dir=models_dir)
    if version is not None:  # whichever is asked for, marked as refused or not
        there = frozenset(version_numbers(settings.models_dir, settings.model))
        settings = replace(settings, policy=Policy(only=there))
    store = Store(settings)
    store.load()
    size = min(BATCH, settings.max_batch)
    batches = [files[start : start + size] for start in range(0, len(files), size)]
    read = partial(_answer, Classifier(store, settings), version)
    # What TensorFlow has started does not survive a fork.
    alone = settings.engine == "tensorflow" or store.snapshot.default is None
    for answer in map(read, batches) if alone else map_forked(read, batches):
        yield from map(_row, answer.results)


def _answer(
    classifier: Classifier, version: int | str | None, files: Sequence[str]
) -> Answer:
    pictures = [_read(file) for file in files]
    return classifier.classify(pictures, version=version, judged=False)


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
