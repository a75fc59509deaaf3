"""POST /v1/classify of one small picture, answered without gunicorn's or Flask's help.

For a picture that takes the network 50 microseconds they need ten times as long:
reading and writing HTTP in Python, handing the request to a thread and back, and
finding out what of all that Flask can do is wanted. The requests that nearly all
clients send want none of it, so they are answered straight from the bytes that
came, in the worker's main thread: those that came meanwhile together, since NumPy and
the network need little longer for ten pictures than for one. Whatever is less plain,
larger, or slower to answer, takes the usual way; tests hold both to the same answer.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

import orjson

from service.api.errors import RETRY_SECONDS, failed
from service.api.predictions import each_as_json
from service.api.query import Query
from service.api.short_work import is_short_work
from service.api.small_png import small_png
from service.api.telling import Exchange, Teller, asker, request_id
from service.classifier import Classifier
from service.counting import marks
from service.workers.http1 import Answer, Whole, read_whole, write_answer

PATH = "/v1/classify"
TOGETHER = 16
"""Requests answered at a time: of more, each picture costs no less."""

_START = f"POST {PATH} HTTP/1.1\r\n".encode()
_NOTHING_ASKED = Query()

Received = tuple[bytes, str]
"""What came on one connection, and the address that it came from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that is answered here, from the address `client`."""

    request: Whole
    picture: bytes
    id: str
    client: str

    def asker(self) -> str:
        """Whoever asks, as `service.api.telling.asker` has it."""
        asked, forwarded = (
            self.request.headers.get(name, b"").decode("latin-1")
            for name in (b"x-request-id", b"x-forwarded-for")
        )
        return asker(asked, self.id, forwarded, self.client)


class Express:
    """Answers what it can at once, and says of all else that it cannot."""

    def __init__(
        self,
        classifier: Classifier,
        teller: Teller,
        max_upload_bytes: int,
        together: int = TOGETHER,
    ) -> None:
        """At most so many requests are answered `together`."""
        self.together = together
        self._classifier = classifier
        self._teller = teller
        self._most = max_upload_bytes

    def answer(self, received: Sequence[Received]) -> list[Answer | None]:
        """The answer to each of up to `together` requests, ready to be sent.

        None where that is not one whole request of the kind that is answered here:
        then nothing was done, logged or counted.
        """
        way = marks.begin()
        asked = [self._asked(*each) for each in received]
        found = [each for each in asked if each is not None]
        if not found:
            return [None] * len(received)
        way.queued, way.received = 0, time.perf_counter_ns()
        way.asker = found[0].asker  # one alone, where it matters who asks
        outcomes = iter(self._classify([each.picture for each in found]))
        return [
            None if each is None else self._answer(way, each, next(outcomes))
            for each in asked
        ]

    def is_short_work(self, received: bytes) -> bool:
        """Whether it is one whole request that Flask answers in a moment."""
        request = read_whole(received)
        return request is not None and is_short_work(request)

    def _asked(self, received: bytes, client: str) -> Asked | None:
        if not received.startswith(_START):
            return None
        request = read_whole(received)
        if request is None or len(request.body) > self._most:
            return None
        picture = small_png(request)
        if picture is None:
            return None
        asked = request.headers.get(b"x-request-id", b"").decode("latin-1")
        return Asked(request, picture, request_id(asked), client)

    def _classify(self, pictures: list[bytes]) -> list[bytes | Exception]:
        """For each picture the answer's body, or why it has none."""
        marks.current().requests = len(pictures)
        try:
            answer = self._classifier.classify(pictures)
        except Exception as error:  # as Flask does: no request ends a worker
            if len(pictures) == 1:
                return [error]
            return [self._classify([picture])[0] for picture in pictures]
        bodies = each_as_json(answer, _NOTHING_ASKED)
        return [answer.errors.get(row, body) for row, body in enumerate(bodies)]

    def _answer(
        self, way: marks.Marks, asked: Asked, outcome: bytes | Exception
    ) -> Answer:
        way.rejected = {}  # of this request
        status, media, body = _written(outcome, asked.id)
        if status is not HTTPStatus.OK:
            way = replace(way, computed=0)  # of this one, nothing was
        exchange = Exchange(
            request_id=asked.id,
            method="POST",
            path=PATH,
            route=PATH,
            dialect="classify",
            status=status.value,
            received=len(asked.request.body),
            sent=len(body),
            client=asked.client,
        )
        told = self._teller.tell(exchange, way, time.perf_counter_ns())
        headers = [("Content-Type", media), *told]
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", RETRY_SECONDS))
        return write_answer(status, headers, body, asked.request.kept)


def _written(outcome: bytes | Exception, number: str) -> tuple[HTTPStatus, str, bytes]:
    """Status, content type and body of the answer."""
    if isinstance(outcome, bytes):
        return HTTPStatus.OK, "application/json", outcome
    document = failed(outcome, number)
    body = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return HTTPStatus(document["status"]), "application/problem+json", body
