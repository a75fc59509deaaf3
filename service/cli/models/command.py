"""The command line of mnist-models: options in, an answer and an exit code out.

Each command is in a module of its own; errors get their line and their number here.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from service.artifact import NAME
from service.cli.models.answers import Answer, Unfit
from service.cli.models.listing import list_versions
from service.cli.models.moving import label, promote, remove_label, roll_back
from service.cli.models.options import parser
from service.cli.models.removing import remove_old
from service.cli.models.showing import show
from service.cli.models.verifying import verify
from service.errors import ArtifactError, FolderError, ReleaseError, ServiceError

EXIT_CODES: Mapping[type[ServiceError], int] = {
    Unfit: 1,
    ReleaseError: 2,
    ArtifactError: 3,
    FolderError: 3,
}
INTERRUPTED = 128 + signal.SIGINT
NOBODY_READS = 128 + signal.SIGPIPE

COMMANDS: Mapping[str, Callable[[Path, argparse.Namespace], Answer]] = {
    "list": lambda home, _: list_versions(home),
    "show": lambda home, options: show(home, options.version),
    "promote": lambda home, options: promote(home, options.version, options.reason),
    "rollback": lambda home, options: roll_back(home, options.reason),
    "label": lambda home, options: (
        remove_label(home, options.name, options.reason)
        if options.remove
        else label(home, options.name, options.version, options.reason)
    ),
    "verify": lambda home, options: verify(home, options.versions),
    "prune": lambda home, options: remove_old(
        home, options.keep, options.reason, dry_run=options.dry_run
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit code that --help explains."""
    options = _options(arguments)
    try:
        answer = COMMANDS[options.command](options.models_dir / options.model, options)
    except ServiceError as error:
        return _fail(str(error), EXIT_CODES[type(error)])
    except OSError as error:  # a version that vanishes while it is looked at
        said = f"{error.filename} cannot be read: {error.strerror}"
        return _fail(said, EXIT_CODES[FolderError])
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    return _printed(answer, options.json)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; argparse itself exits with 2 where they are wrong."""
    whole = parser(os.environ)
    options = whole.parse_args(arguments)
    if not NAME.fullmatch(options.model):
        whole.error(f"the model is {options.model!r}, expected the name of a folder")
    if options.command == "label" and options.remove == (options.version is not None):
        whole.error("expected `label NAME N`, or `label --remove NAME`")
    return options


def _printed(answer: Answer, as_json: bool) -> int:
    for note in answer.notes:
        _fail(note, 0)
    try:
        print(json.dumps(answer.document, indent=2) if as_json else answer.text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    return answer.code


def _fail(message: str, code: int) -> int:
    print(f"mnist-models: {message}", file=sys.stderr)
    return code
