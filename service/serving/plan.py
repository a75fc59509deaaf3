"""What is to be served, decided from what was found: a function, no more.

It reads no disk, opens no version and keeps nothing. How a plan is carried out by
all workers at once is left to `service.serving.uptake`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from service.serving.policy import Policy
from service.versions.labels import STABLE

_MARKED = "marked as refused in releases.json: "
"""How the reason begins where the gate refused a version; see `by_gate`."""

Content = tuple[int, str]
"""A version's number and the stamp of its files: what it is told apart by."""


@dataclass(frozen=True)
class Folder:
    """What was found in a model's folder.

    versions: the stamp of each version on disk, by number.
    labels: the version that each label points at.
    marked: the versions that releases.json says are refused, with why.
    pruned: the versions that it says were removed on purpose.
    problems: what could not be read, in sentences.
    """

    versions: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    marked: Mapping[int, str] = field(default_factory=dict)
    pruned: frozenset[int] = frozenset()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is to be served.

    versions: the stamp of each version to hold in memory, by number.
    default: the version that answers when none is asked for; None for none.
    labels: other names of those versions.
    refused: why other versions on disk are not served, by number. A version whose
        folder was replaced by one that is refused may be in `versions` too, as it
        was before.
    problems: what an operator should put right, in sentences.
    """

    versions: Mapping[int, str] = field(default_factory=dict)
    default: int | None = None
    labels: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """What `to_json` wrote."""
        document = json.loads(text)
        return cls(
            versions={int(n): print_ for n, print_ in document["versions"].items()},
            default=document["default"],
            labels=document["labels"],
            refused={int(n): reason for n, reason in document["refused"].items()},
            problems=tuple(document["problems"]),
        )


def by_gate(reason: str) -> bool:
    """Whether a plan's reason to refuse a version is the gate's, and not its proof."""
    return reason.startswith(_MARKED)


def decide(
    policy: Policy, folder: Folder, bad: Mapping[Content, str], serving: Plan
) -> Plan:
    """The plan for what was found in `folder`, where `bad` failed their proof.

    What is `serving` is in memory: a version of it whose folder is gone, or has
    become bad, stays as it is until the policy wants others. Once a version
    answers by default, one always does.
    """
    usable = _usable(folder, bad, serving)
    wanted = _wanted(policy, folder, usable)
    default = _default(policy, folder, wanted, usable, serving)
    versions = {number: usable[number] for number in wanted}
    if default is not None and default not in versions:
        versions[default] = usable.get(default, serving.versions[default])
    return Plan(
        versions=dict(sorted(versions.items())),
        default=default,
        labels={label: n for label, n in folder.labels.items() if n in versions},
        refused=_refused(folder, bad, versions),
        problems=(*folder.problems, *_problems(policy, folder, versions)),
    )


def _usable(
    folder: Folder, bad: Mapping[Content, str], serving: Plan
) -> dict[int, str]:
    """The content of each version that can be had, on disk before in memory.

    What was removed on purpose is not to be had from memory.
    """
    held = [item for item in serving.versions.items() if item[0] not in folder.pruned]
    contents = [*held, *folder.versions.items()]
    return {
        number: print_ for number, print_ in contents if (number, print_) not in bad
    }


def _wanted(policy: Policy, folder: Folder, usable: Mapping[int, str]) -> set[int]:
    """The versions that the policy or a label asks for and that can be had."""
    if policy.only:
        return set(policy.only & usable.keys())
    released = sorted(usable.keys() - folder.marked.keys(), reverse=True)
    labelled = usable.keys() & set(folder.labels.values())
    return set(released[: policy.newest]) | labelled


def _default(
    policy: Policy,
    folder: Folder,
    wanted: set[int],
    usable: Mapping[int, str],
    serving: Plan,
) -> int | None:
    stable = folder.labels.get(STABLE)
    if stable in wanted:
        return stable
    meant = stable is not None and (not policy.only or stable in policy.only)
    if meant and serving.default in usable:
        return serving.default
    newest = max(wanted - folder.marked.keys(), default=None)
    if newest is None and policy.only:  # asked for by number, marked or not
        newest = max(wanted, default=None)
    return serving.default if newest is None else newest


def _refused(
    folder: Folder, bad: Mapping[Content, str], versions: Mapping[int, str]
) -> dict[int, str]:
    marked = {
        number: _MARKED + reason
        for number, reason in folder.marked.items()
        if number in folder.versions and number not in versions
    }
    failed = {
        number: bad[number, print_]
        for number, print_ in folder.versions.items()
        if (number, print_) in bad
    }
    return dict(sorted({**marked, **failed}.items()))


def _problems(policy: Policy, folder: Folder, versions: Mapping[int, str]) -> list[str]:
    misled = [
        f"label {label} is not used: version {number} is not served"
        for label, number in sorted(folder.labels.items())
        if number not in versions
    ]
    gone = [
        f"the folder of version {number} is gone: it is served from memory"
        for number in versions
        if number not in folder.versions
    ]
    missing = [
        f"MNIST_POLICY={policy} asks for version {number}, which is not in the folder"
        for number in sorted(policy.only - folder.versions.keys() - versions.keys())
    ]
    return misled + gone + missing
