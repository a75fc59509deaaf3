"""Which requests go to another version than the default: a share of them, by label.

Nothing here knows of HTTP, or of what a version is: who asks comes in as a text,
where labels point as numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from service.versions.labels import LABEL

_PERCENT = re.compile(r"[0-9]{0,3}\.?[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True)
class Share:
    """So many percent, above 0 and up to 100, for the version with a label."""

    label: str
    percent: float

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Read label:percent, as canary:2.5; ValueError for anything else."""
        label, _, percent = text.partition(":")
        if LABEL.fullmatch(label) and _PERCENT.fullmatch(percent):
            share = cls(label, float(percent))
            if 0 < share.percent <= 100:
                return share
        raise ValueError("expected a label and a percentage above 0 and up to 100")

    def __str__(self) -> str:
        """As it is parsed."""
        return f"{self.label}:{self.percent:.15g}"

    def has(self, asker: str) -> bool:
        """Whether whoever asks is in the share: always so, or never.

        By a hash of its name, blake2b, as a number of 48 bits: whoever is in a
        share is in every larger one too.
        """
        hashed = blake2b(asker.encode(), digest_size=6, person=b"canary").digest()
        return int.from_bytes(hashed) / 2**48 * 100 < self.percent


class Canary:
    """Sends a share of those who ask for no version to the one with the label."""

    def __init__(self, share: Share) -> None:
        self.label = share.label
        self._share = share

    def version(
        self, asker: str, default: int, labels: Mapping[str, int]
    ) -> int | None:
        """The version that answers in place of the default; None where that does.

        So it does nobody who cannot be told apart from others, whose name is empty.
        """
        number = labels.get(self.label)
        if number == default or not asker or not self._share.has(asker):
            return None
        return number
