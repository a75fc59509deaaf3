"""The options of mnist-models and the help that teaches them.

What is done with them is left to `command`.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

DESCRIPTION = """\
See and decide which versions of a model are served. Works on the folder of the
versions alone, beside a running service or without one: a service takes up what is
decided here at its next look into the folder."""

Add = Callable[..., argparse.ArgumentParser]
"""Adds a command, given its name and what argparse takes of it."""

EPILOG = """\
The default is the version that the label stable points at; without that label it is
the newest that was not refused. Decisions are kept in labels.json and releases.json
in the model's folder. Each command has its own --help.

exit codes:
    0  done
    1  refused: a version failed its proof, or there is none to go back to
    2  the command line, a setting, or the version or label named is wrong
    3  the model's folder, its labels.json or its releases.json cannot be used
  130  interrupted (Ctrl-C)

examples:
    mnist-models list
    mnist-models show 3
    mnist-models promote 3           version 3 answers by default
    mnist-models rollback            what was default before does again
    mnist-models label canary 3      3 answers where canary is asked for
    mnist-models label --remove canary
    mnist-models verify --json
    mnist-models prune --keep 5 --dry-run
"""


def parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    """The whole command line, with defaults from `environ`."""
    whole = argparse.ArgumentParser(
        prog="mnist-models",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = _common(environ)
    _add_reading(partial(commands.add_parser, parents=[common], allow_abbrev=False))
    common.add_argument(
        "--reason", default="", metavar="TEXT", help="kept with the decision"
    )
    _add_deciding(partial(commands.add_parser, parents=[common], allow_abbrev=False))
    return whole


def _common(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument("--json", action="store_true", help="print one JSON document")
    common.add_argument(
        "--models-dir",
        type=Path,
        default=environ.get("MNIST_MODELS_DIR", "").strip() or "models",
        metavar="DIR",
        help="default: $MNIST_MODELS_DIR, or models",
    )
    common.add_argument(
        "--model",
        default=environ.get("MNIST_MODEL", "").strip() or "mnist",
        metavar="NAME",
        help="default: $MNIST_MODEL, or mnist",
    )
    return common


def _add_reading(add: Add) -> None:
    add("list", help="every version: figures, labels and state")
    show = add("show", help="one version in full, with what was decided")
    show.add_argument("version", type=_version, metavar="N")
    verify = add(
        "verify",
        help="prove versions as the service does before it serves one",
        description="Check every sha256 and replay the golden digits under LiteRT, "
        "and under TensorFlow where it is installed. Exit code 1 where one fails.",
    )
    verify.add_argument(
        "versions", type=_version, nargs="*", metavar="N", help="default: all"
    )


def _add_deciding(add: Add) -> None:
    promote = add(
        "promote",
        help="make a version the default, once it is proved",
        description="Prove version N, then point the label stable at it. A version "
        "that the gate of mnist-train refused can be promoted; one that fails its "
        "proof cannot.",
    )
    promote.add_argument("version", type=_version, metavar="N")
    add(
        "rollback",
        help="put the default back to what it was before",
        description="Point stable at the version that it pointed at before, proved "
        "under LiteRT alone to be quick; again, and it goes one further back.",
    )
    label = add("label", help="point a label at a version, or remove it")
    label.add_argument("name", metavar="NAME", help="letters, digits and '_'")
    label.add_argument("version", type=_version, nargs="?", metavar="N")
    label.add_argument("--remove", action="store_true", help="take the label away")
    _add_prune(add)


def _add_prune(add: Add) -> None:
    prune = add(
        "prune",
        help="remove old versions",
        description="Remove all but the newest N versions, those with a label, the "
        "default, and what stable was before.",
    )
    prune.add_argument("--keep", type=_version, required=True, metavar="N")
    prune.add_argument("--dry-run", action="store_true", help="only say what would go")


def _version(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number above 0")
