"""The client itself: pictures in, what a running service says of them out.

What a picture may be is in `service.client.inputs`; how it is sent, how often and
what of its answer is understood is left to the modules beside.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from urllib3 import BaseHTTPResponse

from service.client.answers import (
    Prediction,
    Versions,
    read_predictions,
    read_versions,
)
from service.client.bodies import Batch, batches, body
from service.client.connection import NOTHING, Connection, Inject
from service.client.errors import ClientError, PictureError, Refused
from service.client.explanations import Explanation, read_explanation
from service.client.inputs import Encoded, encode, encode_all
from service.client.options import Options, Question, asked
from service.client.patience import Patience

if TYPE_CHECKING:
    from service.client.inputs import Picture, Pictures


Read = TypeVar("Read")
Result = Prediction | PictureError


class Client:
    """Asks the service at `url`, as http://127.0.0.1:8000; it may stand under a path.

    `timeout`: seconds that one try may wait, to connect and again for each part of
    the answer. `retries`: how many more tries follow one that met a connection that
    failed, a 429, 502 or 503; between them it waits as Retry-After says, else twice
    as long each time. `patience`: seconds after which no further try begins.
    `headers` go with every request; a user and password in `url` become one.
    `inject` is called with the headers of each request and may add to them, as
    `opentelemetry.propagate.inject` does: the service then goes on with the caller's
    trace (W3C `traceparent`).

    Safe to use from several threads. Redirects are not followed, and the proxy
    variables of the environment are not read. ValueError for a bad `url`.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 60.0,
        retries: int = 3,
        patience: float = 60.0,
        headers: Mapping[str, str] = NOTHING,
        inject: Inject | None = None,
    ) -> None:
        self._service = Connection(
            url, timeout, Patience(retries, patience), headers, inject
        )

    def __repr__(self) -> str:
        return f"Client({self._service.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept for later requests."""
        self._service.close()

    def classify(self, picture: "Picture", **options: Unpack[Options]) -> Prediction:
        """What the service reads in one picture.

        Raises PictureError where it cannot be read, Unreachable, Refused, and
        TypeError or ValueError for what is no picture.
        """
        result = self._classify([encode(picture)], options)[0]
        if isinstance(result, PictureError):
            raise result
        return result

    def classify_many(
        self, pictures: "Pictures", **options: Unpack[Options]
    ) -> list[Result]:
        """For each of `pictures` what is read in it, or why it cannot be read.

        Raises as `classify` does, but no PictureError.
        """
        return list(self.classify_each(pictures, **options))

    def classify_each(
        self, pictures: "Pictures", **options: Unpack[Options]
    ) -> Iterator[Result]:
        """As `classify_many`, one after the other: `pictures` may be without end.

        They are taken and sent in batches of up to 1,024 pictures and 20 MiB.
        """
        for batch in batches(encode_all(pictures)):
            yield from self._classify(batch, options)

    def normalize(self, picture: "Picture") -> bytes:
        """The 28 x 28 PNG that the network would see; raises as `classify` does."""
        return self._of_one(picture, "/v1/normalize").data

    def explain(self, picture: "Picture", **options: Unpack[Question]) -> Explanation:
        """What each pixel spoke for the digit, and against; raises as `classify` does.

        Refused with status 501 where the version's network cannot be explained.
        """
        query, headers = asked(options, Question)
        response = self._of_one(picture, "/v1/explain", query, headers)
        return self._understood(response, read_explanation)

    def versions(self) -> Versions:
        """Which release, engine and versions serve; Unreachable or Refused."""
        return self._understood(self._service.get("/version"), read_versions)

    def ready(self) -> bool:
        """Whether it would classify now: asked once; False if nothing answers."""
        try:
            return self._service.get("/readyz", retries=0).status == HTTPStatus.OK
        except ClientError:
            return False

    def _classify(self, batch: Batch, options: Options) -> list[Result]:
        """The results of a batch; what was not sent has its error in its place."""
        sent = [picture for picture in batch if isinstance(picture, Encoded)]
        answers = iter(self._send(sent, options) if sent else [])
        return [next(answers) if isinstance(p, Encoded) else p for p in batch]

    def _send(self, pictures: Sequence[Encoded], options: Options) -> list[Result]:
        """The results; pictures that are too many pixels together are sent again."""
        results: dict[int, Result] = {}
        rows = list(range(len(pictures)))
        while True:
            answers = self._halved([pictures[row] for row in rows], options)
            results |= zip(rows, answers, strict=True)
            left = [row for row in rows if _is_too_large(results[row])]
            if len(left) in (0, len(rows)):  # all that are left are so alone
                return [results[row] for row in range(len(pictures))]
            rows = left

    def _halved(self, pictures: Sequence[Encoded], options: Options) -> list[Result]:
        """The results of one request, or of two where the service takes less in one."""
        try:
            return self._ask(pictures, options)
        except Refused as refused:
            if len(pictures) == 1 and (error := _of_picture(refused)):
                return [error]
            if refused.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise
        half = len(pictures) // 2
        return [
            *self._halved(pictures[:half], options),
            *self._halved(pictures[half:], options),
        ]

    def _ask(self, pictures: Sequence[Encoded], options: Options) -> list[Result]:
        query, headers = asked(options)
        response = self._service.post("/v1/classify", body(pictures), query, headers)
        return self._understood(
            response, lambda document: read_predictions(document, len(pictures))
        )

    def _of_one(
        self,
        picture: "Picture",
        path: str,
        query: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> BaseHTTPResponse:
        """The answer about one picture; PictureError where that is at fault."""
        try:
            return self._service.post(path, body([encode(picture)]), query, headers)
        except Refused as refused:
            raise _of_picture(refused) or refused from refused

    def _understood(
        self, response: BaseHTTPResponse, read: Callable[[dict[str, Any]], Read]
    ) -> Read:
        """What `read` makes of an answer; Unreachable where it is another's."""
        try:
            return read(self._service.json(response))
        except (KeyError, TypeError, ValueError) as error:
            raise self._service.not_understood(response) from error


def _is_too_large(result: Result) -> bool:
    return isinstance(result, PictureError) and result.status == 413


def _of_picture(refused: Refused) -> PictureError | None:
    """The same of the only picture that was sent, where the picture is at fault."""
    if refused.status in (413, 422):
        return PictureError(refused.detail, refused.status)
    return None
