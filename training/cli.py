"""The command line: options in, an exit code out.

Parses, runs `training.pipeline` and gives each error its line and its number;
everything else is left to the pipeline.
"""

import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

from training.config import configure
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
    except Terminated:
        return _fail("terminated; go on with --resume", TERMINATED)
    except KeyboardInterrupt:
        return _fail("interrupted; go on with --resume", INTERRUPTED)
    return 0


def _run(options: Options, command: str) -> None:
    quieten(os.environ)
    config = configure(
        options.recipe,
        epochs=options.epochs,
        batch_size=options.batch_size,
        optimizer=options.optimizer,
        learning_rate=options.learning_rate,
        seed=options.seed,
    )
    # TensorFlow takes seconds to import: not for --help or a wrong option.
    from training.data import load_mnist
    from training.pipeline import Job, run
    from training.sources import sources

    mnist = load_mnist(sources(options.data, os.environ))
    run(Job(config, options.models_dir, options.name, command, options.resume), mnist)


def quieten(environ: dict[str, str] | os._Environ[str]) -> None:
    """Keep the C++ libraries' chatter off the terminal, unless it was asked for.

    Read by TensorFlow when it is imported.
    """
    environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise Terminated


def _fail(message: str, code: int) -> int:
    print(f"mnist-train: {message}", file=sys.stderr, flush=True)
    return code
