"""Variables of the environment, read as what they must be.

One that is empty counts as not set. Which there are, and what they mean, is left to
`service.settings`.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from service.errors import SettingsError

Parsed = TypeVar("Parsed")
Choice = TypeVar("Choice", bound=str)

_DECIMAL = re.compile(r"[0-9]{0,9}\.?[0-9]{1,20}", re.ASCII)


class Environment:
    """Reads variables; SettingsError says which is bad, and what was expected."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str = "") -> str:
        """As it stands there, without the space around it."""
        return self._variables.get(name, "").strip() or default

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number, from `least` to `most`."""
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and len(text) < 20:
            value = int(text)
            if least <= value <= most:
                return value
        raise bad(name, text, f"expected a whole number from {least} to {most}")

    def decimal(self, name: str, default: float, most: int, expected: str) -> float:
        """A number, from 0 to `most`; `expected` is that in words."""
        text = self.text(name, str(default))
        if _DECIMAL.fullmatch(text) and float(text) <= most:
            return float(text)
        raise bad(name, text, f"expected {expected}")

    def choice(self, name: str, default: Choice, allowed: tuple[Choice, ...]) -> Choice:
        """One of those."""
        text = self.text(name, default)
        for each in allowed:
            if each == text:
                return each
        raise bad(name, text, f"expected one of {', '.join(allowed)}")

    def parsed(
        self, name: str, default: str, parse: Callable[[str], Parsed], hint: str = ""
    ) -> Parsed:
        """What `parse` makes of it, which raises ValueError where it is bad."""
        text = self.text(name, default)
        try:
            return parse(text)
        except ValueError as error:
            raise bad(name, text, f"{error}{hint}") from error


def bad(name: str, text: str, expected: str) -> SettingsError:
    """The error of a variable whose value is no good."""
    return SettingsError(f"{name}={text!r}: {expected}")
