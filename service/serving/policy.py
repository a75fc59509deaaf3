"""Which versions an operator wants loaded, as one word: MNIST_POLICY.

Knows nothing of what is on disk: `service.serving.plan` puts the two together.
"""

import re
from dataclasses import dataclass

_LATEST = re.compile(r"latest(?::([1-9][0-9]{0,3}))?", re.ASCII)
_SPECIFIC = re.compile(r"specific:([1-9][0-9]{0,8}(?:,[1-9][0-9]{0,8})*)", re.ASCII)


@dataclass(frozen=True)
class Policy:
    """The `newest` so many versions, None for all; or exactly those in `only`.

    `only` counts where it is not empty.
    """

    newest: int | None = None
    only: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Read latest, latest:N, specific:1,3 or all; ValueError for anything else."""
        if text == "all":
            return cls()
        if found := _LATEST.fullmatch(text):
            return cls(newest=int(found[1] or 1))
        if found := _SPECIFIC.fullmatch(text):
            return cls(only=frozenset(map(int, found[1].split(","))))
        raise ValueError("expected latest, latest:3, specific:1,3 or all")

    def __str__(self) -> str:
        """As it is parsed."""
        if self.only:
            return f"specific:{','.join(map(str, sorted(self.only)))}"
        return "all" if self.newest is None else f"latest:{self.newest}"


DEFAULT_POLICY = Policy(newest=3)
