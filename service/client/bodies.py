"""Encoded pictures as the bodies of requests, none larger than a service takes.

How a picture is encoded is left to `service.client.inputs`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from urllib3 import encode_multipart_formdata

from service.client.errors import PictureError
from service.client.inputs import MAX_BYTES, Encoded

MAX_PICTURES = 1024
"""The most pictures in a request that a service takes unless it is told otherwise."""

Batch = list[Encoded | PictureError]

_PART = 256  # bytes, more than a form needs around each picture
_PGM = b"P5 28 28 255\n"  # the head that makes 784 raw pixels a picture
_TYPES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"RIFF": "image/webp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"P": "image/x-portable-graymap",
}


@dataclass(frozen=True)
class Body:
    """The bytes of a request and their content type."""

    data: bytes
    content_type: str


def batches(pictures: Iterable[Encoded | PictureError]) -> Iterator[Batch]:
    """As many of `pictures` at a time as fit in a request, taken as they are needed."""
    batch: Batch = []
    size = 0
    for picture in pictures:
        added = len(picture.data) + _PART if isinstance(picture, Encoded) else 0
        if batch and (len(batch) == MAX_PICTURES or size + added > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(picture)
        size += added
    if batch:
        yield batch


def body(pictures: Sequence[Encoded]) -> Body:
    """One body for all of `pictures`: raw pixels, a raw picture, or a form."""
    if all(picture.is_digit for picture in pictures):
        pixels = b"".join(picture.data for picture in pictures)
        return Body(pixels, "application/octet-stream")
    if len(pictures) == 1:
        return Body(pictures[0].data, _type(pictures[0].data))
    parts = [("image", ("picture", data, _type(data))) for data in map(_file, pictures)]
    return Body(*encode_multipart_formdata(parts))


def _file(picture: Encoded) -> bytes:
    return _PGM + picture.data if picture.is_digit else picture.data


def _type(data: bytes) -> str:
    """By its first bytes; the service itself decides what it takes for a picture."""
    found = (name for head, name in _TYPES.items() if data.startswith(head))
    return next(found, "image/png")
