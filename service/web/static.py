"""The files that the page needs, read once, compressed, and named by their content.

All of them lie below one address that has their common hash in it: modules find
each other there by their plain names, and a browser may keep them for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from service.api.content import Content

ASSETS = Path(__file__).parent / "assets"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_DIGITS = 16  # of the hash in the address


@dataclass(frozen=True)
class Static:
    """Every asset by its name, and the hash of them all."""

    files: Mapping[str, Content]
    hash: str

    @classmethod
    def read(cls, folder: Path = ASSETS) -> "Static":
        """The assets of `folder`; a suffix that is not in TYPES is a KeyError."""
        files = {
            path.name: Content(path.read_bytes(), TYPES[path.suffix])
            for path in sorted(folder.iterdir())
        }
        common = sha256()
        for name, content in files.items():
            common.update(f"{name} {content.hash}\n".encode())
            _ = content.zipped  # once, before the first request
        return cls(files, common.hexdigest()[:_DIGITS])
