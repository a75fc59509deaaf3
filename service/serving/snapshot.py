"""What one request sees of the versions: immutable, from its beginning to its end.

How it came to be is left to `service.serving.loader`; who is meant by a label or a
number, to `service.serving.store`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.serving.proof import ProvedModel


@dataclass(frozen=True)
class Snapshot:
    """Ready models and the reasons for refusing others, by version.

    default: the version that answers when none is asked for; None for none.
    labels: other names of ready versions.
    problems: what an operator should put right, in sentences.
    generation: the number of the plan that this is, higher for each that follows.
    """

    models: Mapping[int, ProvedModel]
    refused: Mapping[int, str]
    default: int | None = None
    labels: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    generation: int = 0

    @property
    def found(self) -> dict[int, str | None]:
        """Every version, ascending, with why it was refused if it does not serve."""
        return dict(sorted({**self.refused, **dict.fromkeys(self.models)}.items()))


NOTHING = Snapshot({}, {})
"""What is served before anything was loaded."""
