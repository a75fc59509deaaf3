"""A body as a JSON object, and the name of the signature that it asks for."""

from typing import Any

import orjson

from service.api import json_values
from service.errors import BadRequest

_INSTEAD = "so many pictures go to /v1/classify as application/octet-stream"

SIGNATURE = "serving_default"
"""The one signature that a version has."""

TYPES = {
    dict: "Object",
    list: "Array",
    str: "String",
    bool: "Boolean",
    int: "Number",
    float: "Number",
    type(None): "Null",
}


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`.

    Raises BadRequest where it is none, TooLarge over the most values. Unlike TensorFlow
    Serving it refuses NaN and Infinity, which are no JSON and no pixels, and what is
    nested a thousand times.
    """
    try:
        document = json_values.parse(body, _INSTEAD)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"JSON Parse error: {error}") from error
    if not isinstance(document, dict):
        raise BadRequest(f"JSON Value: {shown(document)} Is not object")
    return document


def signature_name(document: dict[str, Any]) -> str:
    """The signature asked for, by default the one there is."""
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise BadRequest(
            f"JSON Value: {shown(name)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
    return name or SIGNATURE


def shown(value: Any) -> str:
    """A JSON value for an error: itself where it is short, else its beginning."""
    match value:
        case dict():
            text = f"object with the keys {[key[:40] for key in list(value)[:5]]}"
        case list():
            text = f"list of {len(value)}"
        case _:
            text = orjson.dumps(value).decode()
    return text if len(text) <= 100 else f"{text[:100]}..."
