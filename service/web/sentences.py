"""What an answer means, in plain words: the same as `assets/sentences.js` says."""

STRANGE = 0.01
"""Below this, fewer than one real digit in a hundred looks so little like one."""
UNUSUAL = 0.1


def percent(share: float) -> str:
    """A probability, 0..1, for people: 97.3%, and no 100% that is none."""
    if share < 0.001:
        return "under 0.1%"
    if share > 0.999:
        return "over 99.9%"
    return f"{100 * share:.1f}%"


def read_as(digit: int, probability: float) -> str:
    """What the network reads, and how sure it is."""
    return f"Read as a {digit}, {percent(probability)} sure."


def typicality_sentence(digit: int, typicality: float | None) -> str:
    """Whether it looks like a digit at all; None where the version cannot tell."""
    if typicality is None:
        return "This version cannot tell whether it looks like a digit."
    if typicality < STRANGE:
        return (
            "This does not look like a digit: "
            "of 100 real digits, fewer than one looks so strange."
        )
    share = round(100 * typicality)
    if typicality < UNUSUAL:
        return f"This is an unusual {digit}: of 100 real digits, {share} look stranger."
    return f"This looks like a {digit}: of 100 real digits, {share} look less like one."
