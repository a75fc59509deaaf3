"""From the body of a request to the pictures in it, whichever form it takes.

What a picture may look like is left to `service.pictures`, and what JSON may
hold to `service.api.json_pictures`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from flask import Request

from service.api.json_pictures import read_json
from service.api.npy import read_npy
from service.api.receiving import is_compressed, read_bytes
from service.digits import SIZE
from service.errors import BadRequest, UnreadablePicture, UnsupportedMedia
from service.uploads import Upload, Uploads

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

    def only(self) -> Upload:
        """The one picture; BadRequest where the request holds a list of them."""
        if not self.single:
            raise BadRequest(f"a list of {len(self.pictures)}, expected one picture")
        return self.pictures[0]


def read_body(request: Request) -> Body:
    """The pictures in a request's body, by its content type.

    Raises UnsupportedMedia for a content type or encoding that is not read
    here, TooSlow for a body that stops before its end, and BadRequest, TooLarge
    or UnreadablePicture for one that is not what its content type says.
    """
    compressed = is_compressed(request)
    reader = _READERS.get(request.mimetype)
    if reader is None:
        found = repr(request.mimetype) if request.mimetype else "missing"
        expected = [name for name in _READERS if name not in ALIASES]
        raise UnsupportedMedia(
            f"the content type is {found}, expected one of {', '.join(expected)}"
        )
    if compressed and reader is _form:
        raise UnsupportedMedia("the form is compressed, expected it as it is")
    return reader(request)


def _raw(request: Request) -> Body:
    return Body([read_bytes(request)], single=True)


def _form(request: Request) -> Body:
    read_bytes(request)  # read first, so that the form is parsed from memory
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
    pictures = read_json(read_bytes(request))
    if isinstance(pictures, list):
        return Body(pictures, single=False)
    return Body([pictures], single=True)


def _npy(request: Request) -> Body:
    digits = read_npy(read_bytes(request))
    return Body(digits, single=len(digits) == 1)


def _octets(request: Request) -> Body:
    body = read_bytes(request)
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
