"""Publishes a staged version as a candidate, and promotes it where the gate lets it.

What serves meanwhile does not change by itself: the label `stable` is set before the
candidate can be seen, and moves once it is found fit.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.artifact import version_numbers
from service.digits import to_pixels
from service.errors import ArtifactError
from service.errors import FolderError as CannotChange
from service.versions.labels import STABLE, read_labels
from service.versions.ledger import Ledger, open_ledger
from service.versions.releases import read_releases
from training.data import Mnist
from training.errors import FolderError, WriteError
from training.gate import Timed, Verdict, judge
from training.gate_settings import GateSettings
from training.incumbent import Incumbent, find_incumbent
from training.staging import Stage, publish
from training.versus import Measured, measure, parity, seconds_each


@dataclass(frozen=True)
class Release:
    """A published version, whether it is the default now, and what the gate found."""

    folder: Path
    promoted: bool
    verdict: Verdict

    @property
    def advice(self) -> str:
        """What it means and what can be done, in a line or a few."""
        name, number = self.folder.parent.name, self.folder.name
        if self.verdict.passed:
            return f"version {number} is the default now: {self.verdict.reason}"
        if self.promoted:
            return (
                f"version {number} is the default now, as --force demands, though "
                f"{self.verdict.reason}"
            )
        where = _where(self.folder.parent.parent, name)
        return (
            f"version {number} is not the default, which still is version "
            f"{self.verdict.default}: {self.verdict.reason}\n"
            f"to look at it:           {_program()} show {number}{where}\n"
            f"to make it the default:  {_program()} promote {number}{where}"
        )


def release(
    stage: Stage, mnist: Mnist, settings: GateSettings, *, force: bool = False
) -> Release:
    """Publish the staged version, and make it the default where it is fit or forced.

    A refused one stays on disk, marked with the reason. Raises WriteError where the
    disk fails, FolderError where the labels or decisions there are damaged.
    """
    with _told():
        candidate = measure(stage.version, mnist)
        while True:
            present = _present(stage.home)
            incumbent = find_incumbent(stage.home, mnist)
            verdict = _verdict(stage.version, candidate, incumbent, mnist, settings)
            with open_ledger(stage.home) as ledger:
                # Someone may have decided meanwhile: it is judged anew.
                if _present(stage.home) == present:
                    _tell(verdict)
                    return _publish(stage, ledger, incumbent, verdict, force)


def _verdict(
    folder: Path,
    candidate: Measured,
    incumbent: Incumbent,
    mnist: Mnist,
    settings: GateSettings,
) -> Verdict:
    default = incumbent.measured
    if default is None:
        return Verdict(None, note=incumbent.note)
    pixels = to_pixels(mnist.x_test[:1])
    timed = Timed(*seconds_each(candidate.engine, default.engine, pixels))
    differ = parity(folder, candidate, mnist)
    checks = judge(candidate, default, settings, differ, timed)
    return Verdict(incumbent.number, checks)


def _present(home: Path) -> tuple[object, ...]:
    """What the present default follows from."""
    stable, refused = read_labels(home).get(STABLE), read_releases(home).refused
    return stable, refused, version_numbers(home.parent, home.name)


def _publish(
    stage: Stage, ledger: Ledger, incumbent: Incumbent, verdict: Verdict, force: bool
) -> Release:
    if incumbent.number is not None and not incumbent.labelled:
        reason = "it was the default, and a candidate is not to take its place unseen"
        ledger.promote(incumbent.number, reason)
        print(f"the label {STABLE} is set to version {incumbent.number}: {reason}")
    folder = publish(stage)
    try:
        _decide(ledger, int(folder.name), verdict, force)
    except CannotChange as error:
        raise WriteError(
            f"{folder} is published, but what the gate found could not be kept: {error}"
        ) from error
    return Release(folder, verdict.passed or force, verdict)


def _decide(ledger: Ledger, number: int, verdict: Verdict, force: bool) -> None:
    if verdict.passed:
        ledger.promote(number, verdict.reason)
    elif force:
        ledger.promote(number, f"forced, though {verdict.reason}")
    else:
        ledger.refuse(number, verdict.reason)


def _tell(verdict: Verdict) -> None:
    if verdict.checks:
        print(f"the gate, on the same test pictures:\n{verdict}", flush=True)


def _program() -> str:
    """mnist-models as it can be typed here."""
    beside = Path(sys.executable).with_name("mnist-models")
    if shutil.which("mnist-models") or not beside.exists():
        return "mnist-models"
    return os.path.relpath(beside)


def _where(models_dir: Path, name: str) -> str:
    """The options that lead to the model, where its variables do not."""
    found = os.environ.get("MNIST_MODELS_DIR") or "models"
    options = "" if Path(found) == models_dir else f" --models-dir {models_dir}"
    return options if name == "mnist" else f"{options} --model {name}"


@contextmanager
def _told() -> Iterator[None]:
    """The service's errors as those of the job."""
    try:
        yield
    except ArtifactError as error:
        raise FolderError(str(error)) from error
    except CannotChange as error:
        raise WriteError(f"{error}; see `mnist-models list`") from error
