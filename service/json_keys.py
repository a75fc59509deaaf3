"""JSON objects in which no key stands twice: which of its values would be meant?

For the `object_pairs_hook` of Python's own parser. What is told of such a key is left
to who reads the JSON.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any


class KeyTwice(ValueError):
    """One object that had these keys, with one of them more than once."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(keys)
        self._keys = keys

    @property
    def key(self) -> str:
        """The one that stands there most often."""
        return Counter(self._keys).most_common(1)[0][0]

    def __str__(self) -> str:
        """All of them, as they stand there."""
        return f"a key stands twice among {', '.join(self._keys)}"


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these keys and values. KeyTwice where a key is among them again."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyTwice([key for key, _ in pairs])
    return found
