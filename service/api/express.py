"""POST /v1/classify of one small picture, answered without gunicorn's or Flask's help.

For a picture that takes the network 50 microseconds they need ten times as long:
reading and writing HTTP in Python, handing the request to a thread and back, and
finding out what of all that Flask can do is wanted. The requests that nearly all
clients send want none of it, so they are answered straight from the bytes that
came, in the worker's main thread. Whatever is less plain, larger, or slower to
answer, takes the usual way; tests hold both to the same answer.
"""

import struct
import time
from http import HTTPStatus

import orjson

from service import marks
from service.api.errors import RETRY_SECONDS, failed
from service.api.plain_form import only_file
from service.api.predictions import as_json
from service.api.query import Query
from service.api.telling import Exchange, Teller, asker, request_id
from service.classifier import Classifier
from service.http1 import Answer, Whole, read_whole, write_answer

PATH = "/v1/classify"
LONGEST_SIDE = 32
"""Of a picture that is answered here: whatever is on it, in a millisecond or two."""
MOST_CHUNKS = 16

_START = f"POST {PATH} HTTP/1.1\r\n".encode()
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_CHUNK = struct.Struct(">I4s")  # its length and name; the data and four bytes follow
_QUICK = frozenset(
    (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD")
) | {b"IDAT", b"IEND"}
"""Chunks with nothing in them to unpack, as text, profiles and EXIF have."""
_FORM = b"multipart/form-data; boundary="
_JSON = (None, b"*/*", b"application/json")
_NOTHING_ASKED = Query()


class Express:
    """Answers what it can at once, and says of all else that it cannot."""

    def __init__(
        self, classifier: Classifier, teller: Teller, max_upload_bytes: int
    ) -> None:
        self._classifier = classifier
        self._teller = teller
        self._most = max_upload_bytes

    def answer(self, received: bytes, client: str) -> Answer | None:
        """The answer to what came from the address `client`, ready to be sent.

        None where that is not one whole request of the kind that is answered here:
        then nothing was done, logged or counted.
        """
        if not received.startswith(_START):
            return None
        way = marks.begin()
        request = read_whole(received)
        if request is None or len(request.body) > self._most:
            return None
        picture = _picture(request)
        if picture is None:
            return None
        way.queued, way.received = 0, time.perf_counter_ns()
        return self._answer(way, request, picture, client)

    def _answer(
        self, way: marks.Marks, request: Whole, picture: bytes, client: str
    ) -> Answer:
        asked = request.headers.get(b"x-request-id", b"").decode("latin-1")
        number = request_id(asked)
        forwarded = request.headers.get(b"x-forwarded-for", b"").decode("latin-1")
        way.asker = lambda: asker(asked, number, forwarded, client)
        status, media, body = self._classify(picture, number)
        exchange = Exchange(
            request_id=number,
            method="POST",
            path=PATH,
            route=PATH,
            dialect="classify",
            status=status.value,
            received=len(request.body),
            sent=len(body),
            client=client,
        )
        told = self._teller.tell(exchange, way, time.perf_counter_ns())
        headers = [("Content-Type", media), *told]
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", RETRY_SECONDS))
        return write_answer(status, headers, body, request.kept)

    def _classify(self, picture: bytes, number: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, content type and body of the answer."""
        try:
            answer = self._classifier.classify([picture])
            if answer.errors:
                raise answer.errors[0]
            return HTTPStatus.OK, "application/json", as_json(answer, _NOTHING_ASKED)
        except Exception as error:  # as Flask does: no request ends a worker
            document = failed(error, number)
            body = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
            status = HTTPStatus(document["status"])
            return status, "application/problem+json", body


def _picture(request: Whole) -> bytes | None:
    """The one small PNG that was sent, by itself or in a form; None where none was."""
    if request.headers.get(b"accept") not in _JSON:
        return None
    kind = request.headers.get(b"content-type", b"")
    if kind == b"image/png":
        sent: bytes | None = request.body
    elif kind.startswith(_FORM):
        sent = only_file(request.body, kind[len(_FORM) :])
    else:
        return None
    if sent is None or not _is_small(sent) or not _is_quick(sent):
        return None
    return sent


def _is_small(picture: bytes) -> bool:
    """Whether it is a PNG that claims no side longer than is answered here."""
    if not picture.startswith(_PNG):
        return False
    sides = picture[len(_PNG) : len(_PNG) + 8]
    width, height = int.from_bytes(sides[:4]), int.from_bytes(sides[4:])
    return 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE


def _is_quick(picture: bytes) -> bool:
    """Whether a PNG is of few chunks, all of them quick to read."""
    place = 8
    for _ in range(MOST_CHUNKS):
        if place + _CHUNK.size > len(picture):
            return True  # cut short, which is found at once
        length, name = _CHUNK.unpack_from(picture, place)
        if name not in _QUICK:
            return False
        if name == b"IEND":
            return True
        place += length + 12
    return False
