"""From the body of a request to the pictures in it, whichever form it takes.

What a picture may look like is left to `service.pictures`, and what JSON may
hold to `service.api.json_pictures`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.api.json_pictures import read_json
from service.api.npy import read_npy
from service.classifier import Uploads
from service.digits import SIZE
from service.errors import BadRequest, TooSlow, UnreadablePicture, UnsupportedMedia

PICTURE_TYPES = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/bmp",
    "image/webp",
    "image/tiff",
    "image/x-portable-graymap",
)
ALIASES = (
    "image/jpg",
    "image/x-ms-bmp",
    "image/x-portable-anymap",
    "image/x-portable-bitmap",
    "image/x-portable-pixmap",
)
"""Other names under which pictures of these formats come."""


@dataclass(frozen=True)
class Body:
    """The pictures of one request.

    `single` where the request holds one picture rather than a list of them:
    what is wrong with it is then wrong with the request.
    """

    pictures: Uploads
    single: bool


def read_body(request: Request) -> Body:
    """The pictures in a request's body, by its content type.

    Raises UnsupportedMedia for a content type or encoding that is not read
    here, TooSlow for a body that stops before its end, and BadRequest, TooLarge
    or UnreadablePicture for one that is not what its content type says.
    """
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding != "identity":
        raise UnsupportedMedia(f"the content encoding is {encoding!r}, expected none")
    reader = _READERS.get(request.mimetype)
    if reader is None:
        found = repr(request.mimetype) if request.mimetype else "missing"
        expected = [name for name in _READERS if name not in ALIASES]
        raise UnsupportedMedia(
            f"the content type is {found}, expected one of {', '.join(expected)}"
        )
    return reader(request)


def _bytes(request: Request) -> bytes:
    """The whole body, in memory: its size was limited before the first byte."""
    try:
        body = request.get_data(parse_form_data=False)
    except RequestEntityTooLarge:
        raise
    except (OSError, ClientDisconnected) as error:
        raise TooSlow("the body stopped before its end") from error
    except Exception as error:  # a WSGI server tells of bad chunks in its own classes
        raise BadRequest(f"the body's chunks are malformed: {error}") from error
    announced = request.content_length
    if announced is not None and len(body) < announced:
        raise TooSlow(
            f"the body stopped after {len(body)} of the {announced} bytes that "
            "Content-Length announced"
        )
    if announced is None and len(body) == request.max_content_length:
        # Of a body in chunks, werkzeug drops in silence what is over the limit.
        raise RequestEntityTooLarge
    if not body:
        raise BadRequest("the body is empty, expected a picture")
    return body


def _raw(request: Request) -> Body:
    return Body([_bytes(request)], single=True)


def _form(request: Request) -> Body:
    _bytes(request)  # read first, so that the form is parsed from memory
    fields = {*request.files, *request.form}
    if fields != {"image"} or request.form:
        found = ", ".join(sorted(repr(field) for field in fields)) or "none"
        raise BadRequest(
            "the form's fields: expected one or more files named 'image', "
            f"found {found}{' (not a file)' if request.form else ''}"
        )
    files = [file.read() for file in request.files.getlist("image")]
    return Body(files, single=len(files) == 1)


def _json(request: Request) -> Body:
    pictures = read_json(_bytes(request))
    if isinstance(pictures, list):
        return Body(pictures, single=False)
    return Body([pictures], single=True)


def _npy(request: Request) -> Body:
    digits = read_npy(_bytes(request))
    return Body(digits, single=len(digits) == 1)


def _octets(request: Request) -> Body:
    body = _bytes(request)
    if len(body) % SIZE:
        raise UnreadablePicture(
            f"the body is {len(body)} bytes, expected a multiple of {SIZE}: one byte "
            "a pixel, 0 to 255; an encoded picture goes as image/png or alike"
        )
    digits = np.frombuffer(body, np.uint8).reshape(-1, SIZE)
    return Body(digits, single=len(digits) == 1)


_READERS: dict[str, Callable[[Request], Body]] = {
    **dict.fromkeys(PICTURE_TYPES + ALIASES, _raw),
    "multipart/form-data": _form,
    "application/json": _json,
    "application/x-npy": _npy,
    "application/octet-stream": _octets,
}
