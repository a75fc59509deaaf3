"""What is always answered the same: its bytes, their type, and what tells of them.

Which headers go with it is left to those who answer with it.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256


@dataclass(frozen=True)
class Content:
    """The bytes of one answer, and their media type."""

    body: bytes
    content_type: str

    @cached_property
    def zipped(self) -> bytes:
        """The body in gzip; the same for the same body."""
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def hash(self) -> str:
        """16 hex digits, for addresses and entity tags: others for another body."""
        return sha256(self.body).hexdigest()[:16]
