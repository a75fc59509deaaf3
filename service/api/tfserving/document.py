"""A body as a JSON object, and the name of the signature that it asks for."""

from typing import Any

import orjson

from service.errors import BadRequest, TooLarge

MOST_VALUES = 1_000_000
"""In one body: each costs Python up to 60 bytes, however short it was."""

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

    Raises BadRequest where it is none, TooLarge over MOST_VALUES. Unlike TensorFlow
    Serving it refuses NaN and Infinity, which are no JSON and no pixels, and what is
    nested a thousand times.
    """
    if sum(body.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
        raise TooLarge(
            f"the JSON holds more than {MOST_VALUES} values; so many pictures go to "
            "/v1/classify as application/octet-stream"
        )
    try:
        document = orjson.loads(body)
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
