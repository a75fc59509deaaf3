"""What a version read in pictures held back in training, for later comparison.

A part of its manifest. What is compared with it is left to `service.counting.drift`,
how it is made to `training.fingerprint`. Standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Shares:
    """How some values were spread: between `edges`, ascending, these `shares`.

    A share for each bin, an edge less than bins; a value at an edge is in the bin
    below it. The shares sum to 1.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Fingerprint:
    """Of `pictures` that were held back, what the version read in them.

    The `digit`, the `confidence`, which is the largest probability of the network
    itself, and the `ink`, the mean of a picture's pixels in 0..1.
    """

    pictures: int
    digit: Shares
    confidence: Shares
    ink: Shares


def fingerprint_in(document: Mapping[str, Any] | None) -> Fingerprint | None:
    """The fingerprint as a manifest has it; None where it has none.

    Raises KeyError, TypeError or ValueError where it is not as written here.
    """
    if document is None:
        return None
    return Fingerprint(
        pictures=int(document["pictures"]),
        digit=_shares(document["digit"]),
        confidence=_shares(document["confidence"]),
        ink=_shares(document["ink"]),
    )


def _shares(document: Mapping[str, Any]) -> Shares:
    edges = tuple(float(edge) for edge in document["edges"])
    shares = tuple(float(share) for share in document["shares"])
    ascending = all(low < high for low, high in pairwise(edges))
    if not ascending or len(shares) != len(edges) + 1:
        raise ValueError(
            f"a fingerprint of {len(shares)} shares between the edges {edges}, "
            "expected edges that ascend and one share more than edges"
        )
    if not all(0 <= share <= 1 for share in shares) or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"shares {shares}, expected each in 0..1 and their sum 1")
    return Shares(edges, shares)
