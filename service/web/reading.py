"""POST /read: the upload form of a browser without scripts, answered in HTML.

The same classifier reads as for everyone else; only the newest version is asked.
"""

from base64 import b64encode
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service.answer import Answer
from service.api.bodies import read_body
from service.api.errors import STATUSES
from service.api.query import check_names
from service.classifier import Classifier
from service.counting.marks import current
from service.errors import BadRequest, ServiceError, UnsupportedMedia
from service.pictures import write_png
from service.uploads import Upload
from service.web.answers import page
from service.web.sentences import percent, read_as, typicality_sentence
from service.web.static import Static
from service.web.templates import render


@dataclass(frozen=True)
class Reading:
    """What the page tells of one picture."""

    sentence: str
    typicality: str
    refused: bool
    several: bool
    rows: list[tuple[int, float, str]]
    seen: str
    model: str
    version: int


def install(routes: Blueprint, classifier: Classifier, static: Static) -> None:
    """Add the form's answer to `routes`."""

    @routes.post("/read")
    def read() -> Response:
        try:
            reading = _read(classifier, _picture(request))
        except ServiceError as error:
            current().refuse(error.kind)
            return refused(str(error), STATUSES[type(error)])
        except RequestEntityTooLarge:
            limit = request.max_content_length
            return refused(
                f"the picture is over the limit of {limit} bytes",
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        except HTTPException as error:
            return refused(error.description or "", HTTPStatus(error.code or 400))
        return page(render("reading.html", static, reading=reading, problem=None))

    def refused(problem: str, status: HTTPStatus) -> Response:
        html = render("reading.html", static, reading=None, problem=problem)
        return page(html, status)


def _picture(request: Request) -> Upload:
    """The one file of the form; the error says what came instead."""
    check_names(request.args, ())
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMedia(
            f"the content type is {request.mimetype!r}, expected the form of this page"
        )
    picture = read_body(request).only()
    if picture == b"":
        raise BadRequest("no picture was chosen")
    return picture


def _read(classifier: Classifier, picture: Upload) -> Reading:
    answer = classifier.classify([picture])
    if answer.errors:
        raise answer.errors[0]
    seen = write_png(classifier.normalise(picture).digit)
    return _reading(answer, b64encode(seen).decode())


def _reading(answer: Answer, seen: str) -> Reading:
    digit, shares = int(answer.digits[0]), answer.probabilities[0].tolist()
    typicality = None if answer.typicality is None else float(answer.typicality[0])
    return Reading(
        sentence=read_as(digit, shares[digit]),
        typicality=typicality_sentence(digit, typicality),
        refused=answer.accepted is not None and not answer.accepted[0],
        several=bool(answer.several),
        rows=[(row, share, percent(share)) for row, share in enumerate(shares)],
        seen=f"data:image/png;base64,{seen}",
        model=answer.model,
        version=answer.version,
    )
