"""The command line: options in, an exit code out.

Runs `training.pipeline`, or the command of `training.commands` that is named
first, and gives each error its line and its number; the rest is left to them.
"""

import os
import shlex
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING

from training.commands import COMMANDS
from training.data import load_mnist
from training.errors import (
    CheckpointError,
    CorruptDataError,
    FolderError,
    NoDataError,
    ProofError,
    TrainingError,
    UsageError,
    WriteError,
)
from training.libraries import import_tensorflow
from training.options import Options, parse
from training.sources import sources

if TYPE_CHECKING:  # it imports an engine
    from training.release import Release

EXIT_CODES: Mapping[type[TrainingError], int] = {
    UsageError: 2,
    CorruptDataError: 65,
    NoDataError: 66,
    ProofError: 70,
    FolderError: 73,
    WriteError: 74,
    CheckpointError: 78,
}
REFUSED = 3
"""Published, but not the default: the gate found it worse."""
NOT_INSTALLED = 69
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


class Terminated(KeyboardInterrupt):
    """SIGTERM came, as a scheduler sends it; no `except Exception` stops it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; the exit code that `mnist-train --help` explains.

    `arguments` are those of the command line where none are given.
    """
    argv = list(sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, _terminate)
    if argv and argv[0] in COMMANDS:
        name, *rest = argv
        return _ended(f"mnist-train {name}", "", lambda: COMMANDS[name].run(rest))
    return _ended("mnist-train", "; go on with --resume", lambda: _train(argv))


def _ended(program: str, advice: str, work: Callable[[], int]) -> int:
    """The exit code of `work`, with a line where it ended before its end.

    `advice` is what to do after an interruption.
    """
    try:
        return work()
    except TrainingError as error:
        return _fail(program, str(error), EXIT_CODES[type(error)])
    except ModuleNotFoundError as error:
        said = f"{error}; `make train` installs what training needs"
        return _fail(program, said, NOT_INSTALLED)
    except Terminated:
        return _fail(program, f"terminated{advice}", TERMINATED)
    except KeyboardInterrupt:
        return _fail(program, f"interrupted{advice}", INTERRUPTED)


def _train(argv: Sequence[str]) -> int:
    options = parse(argv, os.environ)
    release = _run(options, shlex.join(["mnist-train", *argv]))
    return 0 if release.promoted else REFUSED


def _run(options: Options, command: str) -> "Release":
    import_tensorflow()
    from training.pipeline import Job, run

    mnist = load_mnist(sources(options.data, os.environ))
    job = Job(
        config=options.config,
        models_dir=options.models_dir,
        name=options.name,
        command=command,
        resume=options.resume,
        gate=options.gate,
        force=options.force,
    )
    return run(job, mnist)


def _terminate(_signum: int, _frame: FrameType | None) -> None:
    raise Terminated


def _fail(program: str, message: str, code: int) -> int:
    print(f"{program}: {message}", file=sys.stderr, flush=True)
    return code
