"""`mnist-models promote`, `rollback` and `label`: which version is called what.

A label is moved only onto a version that passed its proof, which is made before
anything is locked: others can decide meanwhile.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from service.cli.models.answers import Answer, Unfit, plain
from service.cli.models.catalogue import read_catalogue
from service.cli.models.verifying import installed_engines, require_proof
from service.engines import EngineName
from service.serving.policy import Policy
from service.versions.labels import STABLE
from service.versions.ledger import open_ledger
from service.versions.releases import ROLLED_BACK, Decision, last_of_stable

QUICK: tuple[EngineName, ...] = ("litert",)
"""What a rollback is proved under: TensorFlow alone takes seconds to start."""


def promote(home: Path, number: int, reason: str) -> Answer:
    """Make `number` the default, though the gate may have refused it."""
    held = _fit(home, number, installed_engines())
    with open_ledger(home) as ledger:
        told = f"in spite of: {held}" if held else ""
        said = "; ".join(filter(None, (reason, told)))
        decision = ledger.promote(number, said)
    text = f"{STABLE} is version {number} now, {_was(decision)}"
    if held:
        text += f"\nit was promoted though the gate had refused it: {plain(held)}"
    return _moved(text, decision)


def roll_back(home: Path, reason: str) -> Answer:
    """Put `stable` back to the version that it pointed at before."""
    with open_ledger(home) as ledger:
        stable, target = ledger.labels.get(STABLE), ledger.before
        last = last_of_stable(ledger.releases.history)
    if target is None:
        raise Unfit(
            f"there is nothing to go back to: {_nothing(stable, last)}; see "
            "`mnist-models list` and choose with `mnist-models promote N`"
        )
    _fit(home, target, QUICK, gone="; choose another with `mnist-models promote N`")
    with open_ledger(home) as ledger:
        if (ledger.labels.get(STABLE), ledger.before) != (stable, target):
            raise Unfit("someone else moved stable meanwhile: look, then try again")
        decision = ledger.roll_back(target, reason)
    return _moved(f"{STABLE} is version {target} again, {_was(decision)}", decision)


def label(home: Path, name: str, number: int, reason: str) -> Answer:
    """Point a label at a version; `stable` is that of a promotion."""
    if name == STABLE:
        return promote(home, number, reason)
    _fit(home, number, installed_engines())
    with open_ledger(home) as ledger:
        decision = ledger.label(name, number, reason)
    return _moved(f"{name} is version {number} now, {_was(decision)}", decision)


def remove_label(home: Path, name: str, reason: str) -> Answer:
    """Take a label away. ReleaseError where there is none of that name."""
    with open_ledger(home) as ledger:
        decision = ledger.remove_label(name, reason)
    text = f"the label {name} is gone, {_was(decision)}"
    if name == STABLE:
        default = read_catalogue(home).default
        text += f"; the newest that was not refused answers by default: {default}"
    return Answer(text, asdict(decision))


def _fit(home: Path, number: int, engines: Sequence[EngineName], gone: str = "") -> str:
    """What is held against a version that passes its proof; Unfit where it fails."""
    catalogue = read_catalogue(home)
    if gone and number not in catalogue.numbers:
        raise Unfit(f"version {number}, which was stable before, is not there{gone}")
    catalogue.entry(number)
    try:
        require_proof(home, number, engines)
    except Unfit as error:
        raise Unfit(f"{error}{gone}") from error
    return catalogue.releases.refused.get(number, "")


def _moved(text: str, decision: Decision) -> Answer:
    """With a note where the service would not load what the label points at now."""
    told = os.environ.get("MNIST_POLICY", "").strip()
    note = (
        f"MNIST_POLICY={told}, as it is set here, does not load version "
        f"{decision.version}: the label {decision.label} has no effect with it"
    )
    loads = _loads(told, decision.version)
    return Answer(text, asdict(decision), notes=() if loads else (note,))


def _loads(policy: str, version: int) -> bool:
    """Whether that MNIST_POLICY loads a version with a label."""
    try:
        only = Policy.parse(policy).only
    except ValueError:  # not set, or for the service to complain of
        return True
    return not only or version in only


def _was(decision: Decision) -> str:
    return f"it was {decision.before or 'not set'} before"


def _nothing(stable: int | None, last: Decision | None) -> str:
    """Why no version is known that was `stable` before; `last` is what moved it."""
    if stable is None:
        return "the label stable is not set"
    if last and last.action == ROLLED_BACK and last.version == stable:
        return (
            f"stable was put back already, from version {last.before} to version "
            f"{stable}, and no other is known to have been it before that"
        )
    return f"stable is version {stable}, and no other is known to have been it before"
