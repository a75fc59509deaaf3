"""How many pictures were read right, by digit and by what is noted of them.

Counts readings; how they are shown is left to `training.measuring.tables` and
`training.measuring.document`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from training.evaluate import CLASSES, confusion_matrix, wilson_interval
from training.measuring.reading import Reading

RARE = 0.01
"""1% of MNIST's digits are less typical than this, by design."""

Key = TypeVar("Key", int, str)


@dataclass(frozen=True)
class Share:
    """How many of some pictures, one at least, were read right."""

    right: int
    pictures: int

    @property
    def accuracy(self) -> float:
        """The share that was read right, in 0..1."""
        return self.right / self.pictures

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson score interval of the accuracy, in 0..1."""
        return wilson_interval(self.right, self.pictures)


@dataclass(frozen=True)
class Strangers:
    """How many of the pictures read right, and of those read wrong, are below RARE.

    Those that could not be read are among neither.
    """

    right: int
    of_right: int
    wrong: int
    of_wrong: int


@dataclass(frozen=True)
class Scores:
    """What a set of readings is worth; pictures that were not read are wrong.

    `digits` has the share of each digit that occurs, which is its recall;
    `confusion` is int64 [10 true, 10 read] and lacks the unreadable;
    `unread` int64 [10] counts those by true digit. `groups` has for each
    column of the CSV asked for the share of each of its values. `strangers` is
    None where the version carries no typicality.
    """

    whole: Share
    digits: Mapping[int, Share]
    confusion: NDArray[np.int64]
    unread: NDArray[np.int64]
    groups: Mapping[str, Mapping[str, Share]]
    strangers: Strangers | None


def score(readings: Sequence[Reading], columns: Sequence[str] = ()) -> Scores:
    """Judge `readings`, one at least, and by each of the CSV's `columns`."""
    read = [reading for reading in readings if reading.digit is not None]
    unread = [r.picture.label for r in readings if r.digit is None]
    return Scores(
        whole=_share(readings),
        digits=_shares((reading.picture.label, reading) for reading in readings),
        confusion=confusion_matrix(
            np.array([reading.picture.label for reading in read], np.uint8),
            np.array([reading.digit for reading in read], np.intp),
        ),
        unread=np.bincount(np.array(unread, np.intp), minlength=CLASSES),
        groups={
            column: _shares(
                (reading.picture.notes[column], reading) for reading in readings
            )
            for column in columns
        },
        strangers=_strangers(read),
    )


def mistakes(readings: Iterable[Reading]) -> list[Reading]:
    """The wrong ones: the most confident first, those that were not read last."""
    wrong = [reading for reading in readings if not reading.right]
    return sorted(wrong, key=lambda reading: -(reading.probability or 0.0))


def _strangers(read: Sequence[Reading]) -> Strangers | None:
    told = [(r.right, r.typicality < RARE) for r in read if r.typicality is not None]
    if not told:
        return None
    return Strangers(
        right=told.count((True, True)),
        of_right=sum(right for right, _ in told),
        wrong=told.count((False, True)),
        of_wrong=sum(not right for right, _ in told),
    )


def _share(readings: Sequence[Reading]) -> Share:
    return Share(sum(reading.right for reading in readings), len(readings))


def _shares(keyed: Iterable[tuple[Key, Reading]]) -> dict[Key, Share]:
    """The share of the readings under each key, in the order of the keys."""
    groups: dict[Key, list[Reading]] = {}
    for key, reading in keyed:
        groups.setdefault(key, []).append(reading)
    return {key: _share(groups[key]) for key in sorted(groups)}
