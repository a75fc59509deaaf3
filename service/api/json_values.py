"""JSON from outside, whose number of values is bounded before anything is made of it.

What the values mean, and how their errors are worded, is left to each dialect.
"""

from typing import Any

import orjson

from service.errors import TooLarge

MOST_VALUES = 1_000_000
"""In one body: each costs Python up to some 60 bytes, however short it was."""


def check_size(body: bytes, instead: str) -> None:
    """Raise TooLarge over MOST_VALUES, saying how so many go `instead`."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise TooLarge(f"the JSON holds more than {MOST_VALUES} values; {instead}")


def parse(body: bytes, instead: str) -> Any:
    """What the JSON in `body` holds.

    Raises orjson.JSONDecodeError where it is no JSON, NaN is in it or it is nested
    a thousand times, and TooLarge as `check_size` does.
    """
    check_size(body, instead)
    return orjson.loads(body)
