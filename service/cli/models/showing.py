"""`mnist-models show`: one version in full, told for a person.

Only reads; what a version's state means is said in `catalogue`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from service.artifact import Calibration
from service.cli.models.answers import Answer, as_size, as_time, plain, table
from service.cli.models.catalogue import Catalogue, Entry, read_catalogue
from service.cli.models.listing import document_of
from service.versions.releases import Decision


def show(home: Path, number: int) -> Answer:
    """All that is known of one version. ReleaseError where it is not there."""
    catalogue = read_catalogue(home)
    entry = catalogue.entry(number)
    decisions = [
        d for d in catalogue.releases.history if number in (d.version, d.before)
    ]
    document = {
        **document_of(entry),
        "folder": str(home / str(number)),
        "manifest": None if entry.manifest is None else asdict(entry.manifest),
        "file_sizes": _sizes(catalogue, entry),
        "decisions": [asdict(decision) for decision in decisions],
    }
    return Answer("\n".join(_story(catalogue, entry, decisions)), document)


def _story(
    catalogue: Catalogue, entry: Entry, decisions: list[Decision]
) -> Iterator[str]:
    home = catalogue.home
    names = f" ({', '.join(entry.labels)})" if entry.labels else ""
    yield f"{home.name} version {entry.number}{names}, {plain(entry.story)}"
    yield ""
    yield from (f"{name:13}{plain(value)}" for name, value in _facts(home, entry))
    sizes = _sizes(catalogue, entry)
    if sizes:
        yield ""
        rows = [(name, as_size(size)) for name, size in sizes.items()]
        yield table(("file", ">size"), rows)
    if decisions:
        yield ""
        yield table(("decided", "what", "why"), [_decided(d) for d in decisions])


def _facts(home: Path, entry: Entry) -> Iterator[tuple[str, str]]:
    yield "folder", f"{home / str(entry.number)}, {as_size(entry.size)}"
    manifest = entry.manifest
    if manifest is None:
        return
    yield "created", manifest.created
    yield "accuracy", _accuracy(entry)
    if manifest.calibration is not None:
        yield "calibration", _calibration(entry, manifest.calibration)
    training = manifest.training
    facts = ("seed", "updates", "seconds", "command", "python", "platform")
    told = ", ".join(f"{name} {training[name]}" for name in facts if name in training)
    yield "training", f"recipe {entry.recipe}{', ' if told else ''}{told}"
    libraries = training.get("libraries")
    if isinstance(libraries, dict):
        yield "libraries", ", ".join(f"{k} {v}" for k, v in libraries.items())


def _accuracy(entry: Entry) -> str:
    accuracy, train = entry.figure("test_accuracy"), entry.figure("train_accuracy")
    if accuracy is None:
        return "not told"
    told = f"{accuracy:.4f} on the test pictures"
    metrics = entry.manifest.metrics if entry.manifest else {}
    match metrics.get("test_accuracy_interval_95"):
        case [float(low), float(high)]:
            told += f", {low:.4f} to {high:.4f} with 95% confidence"
    return told if train is None else f"{told}; {train:.4f} on the training pictures"


def _calibration(entry: Entry, found: Calibration) -> str:
    told = f"temperature {found.temperature:.3f}, of {found.pictures:,} pictures"
    before, after = (
        entry.figure("test_confidence", name, "ece")
        for name in ("as trained", "calibrated")
    )
    if before is None or after is None:
        return told
    return f"{told}; calibration error {before:.2%} as trained, {after:.2%} calibrated"


def _sizes(catalogue: Catalogue, entry: Entry) -> dict[str, int]:
    """The bytes of each file that the manifest lists."""
    if entry.manifest is None:
        return {}
    folder = catalogue.home / str(entry.number)
    return {name: (folder / name).stat().st_size for name in entry.manifest.files}


def _decided(decision: Decision) -> tuple[str, str, str]:
    where = f" {decision.label}" if decision.label else ""
    before = f" (was {decision.before})" if decision.before is not None else ""
    what = f"{decision.action} {decision.version}{where}{before}"
    return as_time(decision.time), what, decision.reason
