"""`mnist-models prune`: remove old versions, and say what that frees.

Which may go is told by `service.versions.pruning`.
"""

from dataclasses import asdict
from pathlib import Path

from service.cli.models.answers import Answer, as_size
from service.versions.pruning import prune


def remove_old(home: Path, keep: int, reason: str, *, dry_run: bool) -> Answer:
    """Keep the newest `keep` versions, and those that are needed."""
    pruned = prune(home, keep, reason, dry_run=dry_run)
    names = ", ".join(map(str, pruned.versions))
    did = "would remove" if dry_run else "removed"
    text = f"nothing to remove in {home}"
    if pruned.versions:
        text = f"{did} {names} from {home}: {as_size(pruned.freed)}"
    return Answer(text, {**asdict(pruned), "dry_run": dry_run})
