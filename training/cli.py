"""The command line: options in, an exit code out.

Parses, runs `training.pipeline` and gives each error its line and its number;
everything else is left to the pipeline.
"""

import importlib
import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from types import FrameType

from service.engines.quiet import silent_stderr
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
from training.options import Options, parse
from training.sources import sources

EXIT_CODES: Mapping[type[TrainingError], int] = {
    UsageError: 2,
    CorruptDataError: 65,
    NoDataError: 66,
    ProofError: 70,
    FolderError: 73,
    WriteError: 74,
    CheckpointError: 78,
}
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
    try:
        options = parse(argv, os.environ)
        _run(options, shlex.join(["mnist-train", *argv]))
    except TrainingError as error:
        return _fail(str(error), EXIT_CODES[type(error)])
    except ModuleNotFoundError as error:
        return _fail(f"{error}; `make train` installs what training needs", 69)
    except Terminated:
        return _fail("terminated; go on with --resume", TERMINATED)
    except KeyboardInterrupt:
        return _fail("interrupted; go on with --resume", INTERRUPTED)
    return 0


def _run(options: Options, command: str) -> None:
    import_tensorflow()
    from training.pipeline import Job, run

    mnist = load_mnist(sources(options.data, os.environ))
    job = Job(
        config=options.config,
        models_dir=options.models_dir,
        name=options.name,
        command=command,
        resume=options.resume,
    )
    run(job, mnist)


def import_tensorflow() -> None:
    """Import TensorFlow without its C++ libraries' chatter.

    Imported here and not at the top since it takes seconds: not for --help or
    a wrong option. Set TF_CPP_MIN_LOG_LEVEL=0 to hear it all.
    """
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with nullcontext() if level == "0" else silent_stderr():
        importlib.import_module("tensorflow")


def _terminate(_signum: int, _frame: FrameType | None) -> None:
    raise Terminated


def _fail(message: str, code: int) -> int:
    print(f"mnist-train: {message}", file=sys.stderr, flush=True)
    return code
