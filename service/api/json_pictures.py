"""Pictures in JSON: base64 of an encoded picture, or the 784 numbers themselves.

Python's own parser reads it, since it alone shows keys that stand twice.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from service.api.json_values import check_size
from service.digits import SIDE, SIZE
from service.errors import BadRequest, RequestError, UnreadablePicture
from service.json_keys import KeyTwice, once_each
from service.uploads import Upload

_DATA_URL = re.compile(r"\A\s*data:image/[a-z0-9.+-]+;base64,", re.IGNORECASE)


def read_json(body: bytes) -> Upload | list[Upload]:
    """The one picture of `{"image": ...}`, or the list of `{"images": [...]}`.

    In a list, a picture that is wrong is its error in its place. Raises
    BadRequest where the body is not JSON or has other keys, TooLarge where it
    holds more than the most values, UnreadablePicture where the one picture is
    neither base64 nor 28x28 or 784 numbers 0-255.
    """
    document = _parse(body)
    if not isinstance(document, dict) or len(document) != 1:
        raise BadRequest(f"expected one key, image or images, found {_name(document)}")
    match document:
        case {"image": value}:
            return _picture(value)
        case {"images": [_, *_] as values}:
            return [_picture_or_error(value) for value in values]
        case {"images": value}:
            raise BadRequest(
                f"images: expected a list with pictures, found {_name(value)}"
            )
        case _:
            (key,) = document
            raise BadRequest(f"expected the key image or images, found {_short(key)}")


def _parse(body: bytes) -> Any:
    check_size(body, "so many pictures go as application/octet-stream")
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=once_each,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        raise BadRequest(f"the JSON is not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise BadRequest("the JSON is nested too deeply") from error
    except KeyTwice as error:
        twice = _short(error.key)
        raise BadRequest(f"the key {twice} stands twice in one JSON object") from error
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(f"{name} is not JSON, expected whole numbers from 0 to 255")


def _picture_or_error(value: Any) -> Upload:
    try:
        return _picture(value)
    except RequestError as error:
        return error


def _picture(value: Any) -> Upload:
    match value:
        case str():
            return _decode(value)
        case list() if len(value) == SIZE:
            return _digit(value)
        case list() if len(value) == SIDE and all(isinstance(r, list) for r in value):
            return _digit(_flatten(value))
        case _:
            raise UnreadablePicture(
                "expected base64 of a picture, 28 lists of 28 numbers or 784 numbers, "
                f"found {_name(value)}"
            )


def _decode(text: str) -> bytes:
    """Base64, wrapped or not, on its own or as a data: URL."""
    compact = "".join(_DATA_URL.sub("", text).split())
    try:
        return base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadablePicture(f"{_short(text)} is not base64: {error}") from error


def _flatten(rows: Sequence[list[Any]]) -> list[Any]:
    for number, row in enumerate(rows):
        if len(row) != SIDE:
            raise UnreadablePicture(
                f"row {number} has {len(row)} numbers, expected {SIDE}"
            )
    return [value for row in rows for value in row]


def _digit(values: list[Any]) -> NDArray[np.uint8]:
    for position, value in enumerate(values):
        if type(value) not in (int, float) or not 0 <= value <= 255 or value % 1:
            raise UnreadablePicture(
                f"pixel {position} (row {position // SIDE}, column {position % SIDE}) "
                f"is {_name(value)}, expected a whole number from 0 to 255"
            )
    return np.array(values, np.uint8)


def _name(value: Any) -> str:
    """A value as an error may show it: short, whatever came."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object with {len(value)} keys"
    return _short(value)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:36]} ..."
