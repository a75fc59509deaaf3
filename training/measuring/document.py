"""What was measured as one JSON document, for programs.

The same for people is `training.measuring.tables`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from training.evaluate import CLASSES
from training.measuring.reading import Reading
from training.measuring.scores import Scores, Share, mistakes


def document(readings: Sequence[Reading], scores: Scores) -> dict[str, Any]:
    """Shares in 0..1; `confusion` is true digit by digit read, 10 x 10.

    A mistake has the digit that was read and its probability, or the error for
    which none was. `strangers` counts what is less typical than 0.01. It is null
    where the version carries no typicality, as is the recall of a digit that does
    not occur.
    """
    return {
        **_share(scores.whole),
        "unread": int(scores.unread.sum()),
        "confusion": scores.confusion.tolist(),
        "digits": [_digit(scores, digit) for digit in range(CLASSES)],
        "strangers": asdict(scores.strangers) if scores.strangers else None,
        "by": {
            column: {value: _share(share) for value, share in shares.items()}
            for column, shares in scores.groups.items()
        },
        "mistakes": [_mistake(reading) for reading in mistakes(readings)],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "pictures": share.pictures,
        "right": share.right,
        "accuracy": share.accuracy,
        "accuracy_interval_95": share.interval,
    }


def _digit(scores: Scores, digit: int) -> dict[str, Any]:
    share = scores.digits.get(digit)
    return {
        "digit": digit,
        "pictures": share.pictures if share else 0,
        "unread": int(scores.unread[digit]),
        "recall": share.accuracy if share else None,
    }


def _mistake(reading: Reading) -> dict[str, Any]:
    picture = reading.picture
    where = {"file": picture.file, "line": picture.line, "label": picture.label}
    if reading.problem is not None:
        return {**where, "error": reading.problem}
    return {**where, "digit": reading.digit, "probability": reading.probability}
