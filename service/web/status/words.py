"""Numbers as a person reads them: few digits, and the unit that fits."""

from datetime import UTC, datetime

from service.web.sentences import percent

NONE = "\N{EN DASH}"
"""Stands where there is no number."""

_SPANS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
_UNITS = (("s", 1.0), ("ms", 1e-3), ("\N{MICRO SIGN}s", 1e-6))


def count(number: float) -> str:
    """A whole number: 12,345."""
    return f"{number:,.0f}"


def rate(number: float, seconds: float) -> str:
    """How many there were a second, of `number` within so many seconds."""
    each = number / max(seconds, 1.0)
    if number and each < 0.05:
        return "under 0.1"
    return count(each) if each >= 9.95 or not number else f"{each:.1f}"


def part(number: float, whole: float) -> str:
    """The share of `number` in `whole`: 12.3%; a dash where there is no whole."""
    if not whole:
        return NONE
    if number in (0, whole):
        return "100%" if number else "0%"
    return percent(number / whole)


def took(seconds: float) -> str:
    """A short time, to two digits: 1.3 ms; a dash for none."""
    for unit, size in _UNITS:
        if seconds >= size:
            value = seconds / size
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return f"under 1 {_UNITS[-1][0]}" if seconds else NONE


def span(seconds: float) -> str:
    """A long time, in its two largest units: 3 hours 12 minutes."""
    left = max(int(seconds), 0)
    words: list[str] = []
    for unit, size in _SPANS:
        times, left = divmod(left, size)
        if times or (unit == "second" and not words):
            words.append(f"{times} {unit}{'' if times == 1 else 's'}")
    return " ".join(words[:2])


def moment(seconds: float) -> str:
    """A point in time, given in seconds since 1970: 22 Nov 2026, 18:57:03 UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%-d %b %Y, %H:%M:%S UTC}"


def written(iso: str) -> str:
    """A point in time that was written in ISO 8601; as it stands if it was not."""
    try:
        return moment(datetime.fromisoformat(iso).timestamp())
    except ValueError:
        return iso
