"""What the URL of a classification asks for, after its path."""

from dataclasses import dataclass
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from service.errors import BadRequest
from service.normaliser import PREPROCESS, Preprocess
from service.serving.store import Version
from service.versions.labels import LABEL

Choice = TypeVar("Choice", bound=str)

LAST_VERSION = 10**9 - 1


@dataclass(frozen=True)
class Query:
    """None where the choice is left to the service.

    version: a number, or a label of one.
    top: how many of the likeliest digits to list, 1 to 10.
    preprocess: auto finds the digit in any picture, exact takes 28x28, bright
        on dark, and nothing else.
    detail: whether to say what was done to each picture.
    calibrated: whether the probabilities are calibrated, or the network's own.
    """

    model: str | None = None
    version: Version = None
    top: int | None = None
    preprocess: Preprocess = "auto"
    detail: bool = False
    calibrated: bool = True

    @classmethod
    def parse(cls, arguments: MultiDict[str, str]) -> "Query":
        """Read the query; BadRequest for what is unknown, repeated or no value."""
        if not arguments:  # most often: each name that is missing costs an exception
            return cls()
        check_names(arguments, tuple(cls.__dataclass_fields__))
        return cls(
            model=arguments.get("model"),
            version=version(arguments),
            top=whole(arguments, "top", 10),
            preprocess=choice(arguments, "preprocess", PREPROCESS),
            detail=choice(arguments, "detail", ("0", "1")) == "1",
            calibrated=choice(arguments, "calibrated", ("1", "0")) == "1",
        )


def check_names(arguments: MultiDict[str, str], known: tuple[str, ...]) -> None:
    """Raise BadRequest for a name that is not `known`, or stands twice."""
    for name, values in arguments.lists():
        if name not in known:
            expected = f"one of {', '.join(known)}" if known else "none"
            raise BadRequest(f"query {name!r} is unknown, expected {expected}")
        if len(values) > 1:
            raise BadRequest(f"query {name!r} stands {len(values)} times")


def version(arguments: MultiDict[str, str]) -> Version:
    """The number or the label of a version that is asked for, None where none is."""
    text = arguments.get("version")
    if text is not None and LABEL.fullmatch(text):
        return text
    return whole(arguments, "version", LAST_VERSION, otherwise=", or a label")


def whole(
    arguments: MultiDict[str, str],
    name: str,
    most: int,
    least: int = 1,
    otherwise: str = "",
) -> int | None:
    """The whole number that is asked for, None where none is.

    `otherwise`: what else the error says was expected.
    """
    text = arguments.get(name)
    if text is None:
        return None
    plain = text.isascii() and text.isdigit() and len(text) < 10
    if plain and least <= int(text) <= most:
        return int(text)
    raise BadRequest(
        f"query {name}={text!r}: expected a whole number, {least} to {most}{otherwise}"
    )


def choice(
    arguments: MultiDict[str, str], name: str, allowed: tuple[Choice, ...]
) -> Choice:
    """The one of `allowed` that is asked for, the first by default."""
    text = arguments.get(name, allowed[0])
    for known in allowed:
        if text == known:
            return known
    raise BadRequest(f"query {name}={text!r}: expected {' or '.join(allowed)}")
