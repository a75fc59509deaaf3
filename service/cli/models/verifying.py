"""The proof that a version passes before anything is decided for it; `verify`.

The proof itself is the service's own, of `service.serving.proof`.
"""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from service.cli.models.answers import Answer, Unfit, table
from service.cli.models.catalogue import read_catalogue
from service.engines import EngineName
from service.engines.quiet import silent_stderr
from service.errors import ArtifactError

HEADING = (">version", "engines", ">seconds", "verdict")


@dataclass(frozen=True)
class Result:
    """Whether a version passed under all of `engines`, and why not if it did not."""

    version: int
    engines: tuple[EngineName, ...]
    seconds: float
    error: str | None

    @property
    def passed(self) -> bool:
        """Whether the service would serve it."""
        return self.error is None


def installed_engines() -> tuple[EngineName, ...]:
    """What a version is proved under: LiteRT, and TensorFlow where it is there."""
    return ("litert", "tensorflow") if find_spec("tensorflow") else ("litert",)


def require_proof(home: Path, number: int, engines: Sequence[EngineName]) -> None:
    """Prove version `number` under each of `engines`. Unfit, with why, if it fails."""
    try:
        for engine in engines:
            _tell(f"proving version {number} under {engine}")
            _prove(home, number, engine)
    except ArtifactError as error:
        raise Unfit(f"version {number} failed its proof: {error}") from error
    finally:
        _tell("")


def verify(home: Path, numbers: Sequence[int]) -> Answer:
    """Prove each of `numbers`, or every version; code 1 where one fails."""
    catalogue = read_catalogue(home)
    asked = sorted({catalogue.entry(number).number for number in numbers})
    chosen = asked or catalogue.numbers
    results = []
    for done, number in enumerate(chosen, start=1):
        _tell(f"proving version {number}, {done} of {len(chosen)}")
        results.append(_result(home, number))
    _tell("")
    versions = [{**asdict(found), "passed": found.passed} for found in results]
    return Answer(
        table(HEADING, [_row(found) for found in results])
        if results
        else f"there are no versions in {home} yet",
        {"model": home.name, "folder": str(home), "versions": versions},
        code=0 if all(found.passed for found in results) else 1,
    )


def _result(home: Path, number: int) -> Result:
    since, error, engines = time.monotonic(), None, installed_engines()
    try:
        for engine in engines:
            _prove(home, number, engine)
    except ArtifactError as why:
        error = str(why)
    return Result(number, engines, round(time.monotonic() - since, 2), error)


def _row(found: Result) -> tuple[str, ...]:
    engines = ", ".join(found.engines)
    verdict = found.error or "passed"
    return str(found.version), engines, f"{found.seconds:.2f}", verdict


def _prove(home: Path, number: int, engine: EngineName) -> None:
    from service.serving.proof import prove  # NumPy and an engine: `list` does without

    folder = home / str(number)
    with _quiet(engine):
        manifest = prove(folder, engine).manifest
    if (manifest.name, manifest.version) != (home.name, number):
        raise ArtifactError(
            f"{folder} holds {manifest.name} {manifest.version}, expected "
            f"{home.name} {number}"
        )


def _quiet(engine: EngineName) -> AbstractContextManager[None]:
    """TensorFlow's C++ libraries greet on standard error when they are loaded."""
    if engine == "litert":
        return nullcontext()
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return nullcontext() if level == "0" else silent_stderr()


def _tell(what: str) -> None:
    """How far it has come, for a person who waits."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)
