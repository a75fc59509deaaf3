"""JSON objects read with suspicion: every field has the type that is expected.

What the fields mean is left to those who ask for them.
"""

import reprlib
from typing import Any, TypeVar

import orjson

from service.api import json_values
from service.errors import BadRequest

Field = TypeVar("Field", str, int, bool, list[Any], dict[str, Any])

KINDS = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
"""What JSON's types are called in an error."""


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object that `body` is.

    Raises BadRequest where it is none, and TooLarge where it holds more than
    the most values: nothing is made of those.
    """
    try:
        document = json_values.parse(body, "so many go as binary tensor data")
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the request is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise BadRequest(f"the request is {told(document)}, expected an object")
    return document


def required(document: dict[str, Any], name: str, kind: type[Field]) -> Field:
    """The field of that name; BadRequest where it is missing or of another type."""
    value = optional(document, name, kind)
    if value is None:
        raise BadRequest(f"{name!r} is missing, expected {KINDS[kind]}")
    return value


def optional(document: dict[str, Any], name: str, kind: type[Field]) -> Field | None:
    """The field of that name, None where it is missing or null.

    Raises BadRequest for one of another type; true is no number here.
    """
    value = document.get(name)
    if value is None or type(value) is kind:
        return value
    raise BadRequest(f"{name!r} is {told(value)}, expected {KINDS[kind]}")


def told(value: Any) -> str:
    """A value as an error may show it: short, whatever came."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object with {len(value)} keys"
    if value is None or isinstance(value, bool):
        return orjson.dumps(value).decode()
    return reprlib.repr(value)
