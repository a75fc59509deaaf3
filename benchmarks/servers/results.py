"""All that one run found out, and how it is kept.

How it reads is left to `report`, and how it looks to `chart`.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.servers.contenders import CONTENDERS
from benchmarks.servers.machine import Machine
from benchmarks.servers.programs import HERE
from benchmarks.servers.summary import Row


@dataclass(frozen=True)
class Memory:
    """MiB of a server's processes together: warm, and at the end.

    requests: those it answered in between.
    """

    before: float
    after: float
    requests: int


@dataclass(frozen=True)
class Results:
    """One run.

    rows: by contender. starts: median seconds to the first answer, by server; also
    memory and versions. skipped: why not, by contender. idle: of one core, what all
    servers used while nobody asked them.
    """

    machine: Machine
    wrk: str
    rounds: int
    seconds: int
    idle: float
    rows: tuple[Row, ...]
    starts: dict[str, float]
    memory: dict[str, Memory]
    versions: dict[str, dict[str, str]]
    skipped: dict[str, str]

    def row(self, name: str) -> Row | None:
        """That of the contender `name`; None where it has no figures."""
        found = [row for row in self.rows if row.name == name and row.void is None]
        return found[0] if found else None


SERVERS = {contender.name: contender.server.name for contender in CONTENDERS}
"""The server that each contender asks."""

OWN_PACKAGES = HERE
"""Those of this project's environment whose versions the results name."""


def as_json(results: Results) -> str:
    """Every figure."""
    return json.dumps(asdict(results), indent=1) + "\n"


def write(path: Path, text: str) -> None:
    """`text` as the file at `path`: written beside it and renamed."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text)
    os.replace(beside, path)
