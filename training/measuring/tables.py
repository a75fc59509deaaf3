"""What was measured as text for people: plain columns, no colours.

The same for programs is `training.measuring.document`.
"""

from collections.abc import Mapping, Sequence

from training.evaluate import CLASSES
from training.measuring.reading import Reading
from training.measuring.scores import RARE, Scores, Share, Strangers

MOST_UNREAD = 20
"""So many of the pictures that could not be read are listed at most."""


def told(readings: Sequence[Reading], scores: Scores) -> str:
    """Accuracy, what could not be read, the confusion matrix, and the groups."""
    parts = [_accuracy(scores.whole)]
    unread = [reading for reading in readings if reading.digit is None]
    if unread:
        parts.append(_unread(unread))
    parts.append(_confusion(scores))
    if scores.strangers:
        parts.append(_strangers(scores.strangers))
    parts += [_group(column, shares) for column, shares in scores.groups.items()]
    return "\n\n".join(parts)


def _accuracy(whole: Share) -> str:
    return (
        f"accuracy {whole.accuracy:.4f}, {_interval(whole)} with 95% confidence: "
        f"{whole.right} of {whole.pictures} read right"
    )


def _interval(share: Share) -> str:
    low, high = share.interval
    return f"{low:.4f} to {high:.4f}"


def _unread(unread: Sequence[Reading]) -> str:
    lines = [f"{len(unread)} could not be read, which counts as wrong:"]
    lines += [
        f"  line {reading.picture.line}, {reading.picture.file!r}: {reading.problem}"
        for reading in unread[:MOST_UNREAD]
    ]
    if len(unread) > MOST_UNREAD:
        lines.append(f"  and {len(unread) - MOST_UNREAD} more; --json lists them all")
    return "\n".join(lines)


def _confusion(scores: Scores) -> str:
    """A line a true digit: how often it was read as each, and its recall."""
    digits = "".join(f"{digit:6}" for digit in range(CLASSES))
    lines = [f"{'':4}  read as", f"true{digits}  unread  recall"]
    for digit in range(CLASSES):
        counts = "".join(f"{count or '.':>6}" for count in scores.confusion[digit])
        share = scores.digits.get(digit)
        recall = f"{share.accuracy:.4f}" if share else "-"
        lines.append(f"{digit:4}{counts}{scores.unread[digit] or '.':>8}{recall:>8}")
    return "\n".join(lines)


def _strangers(found: Strangers) -> str:
    return (
        f"typicality below {RARE}: {found.right} of {found.of_right} read right, "
        f"{found.wrong} of {found.of_wrong} read wrong"
    )


def _group(column: str, shares: Mapping[str, Share]) -> str:
    names = [value or "(empty)" for value in shares]
    width = max(len(column), *map(len, names))
    lines = [f"{column:{width}}  right     of  accuracy  95% interval"]
    for name, share in zip(names, shares.values(), strict=True):
        lines.append(
            f"{name:{width}}  {share.right:5}  {share.pictures:5}  "
            f"{share.accuracy:8.4f}  {_interval(share)}"
        )
    return "\n".join(lines)
