"""Small files that are read while they change, and outlive a power cut.

Knows nothing of what is in them, nor that two writers must not meet: see
`service.versions.ledger`.
"""

import os
from pathlib import Path


def replace_durably(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, and rename it once it is on the disk.

    A reader sees the old bytes or the new ones, whenever the writer is killed. The
    file can be read by everyone: the service may run as another user. One writer at
    a time. OSError where the disk fails; the file is then as it was.
    """
    beside = path.with_name(f".{path.name}")
    beside.unlink(missing_ok=True)  # a killed writer's, perhaps another user's
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
