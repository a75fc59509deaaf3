"""What `mnist-train` can be asked to do besides training, as one table.

Each is imported only when it is asked for; what it does is its own affair.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A subcommand: the module whose `main` does it, and a line for the help.

    `main` takes the arguments after the command's name and returns an exit
    code. It may raise what `training.cli` has exit codes for.
    """

    module: str
    does: str

    def run(self, arguments: Sequence[str]) -> int:
        """Import the module, call its `main` and return the exit code."""
        code: int = importlib.import_module(self.module).main(arguments)
        return code


COMMANDS: Mapping[str, Command] = {
    "evaluate": Command(
        "training.measuring.evaluate", "measure a version on your own pictures"
    ),
    "measure": Command(
        "training.measuring.measure",
        "measure a version beyond the test set, into its model card",
    ),
}
