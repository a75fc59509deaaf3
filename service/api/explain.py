"""POST /v1/explain: why a picture was read so, as numbers or as a heat map."""

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, Request, Response, request
from werkzeug.datastructures import MultiDict

from service.answer import Explanation
from service.api.bodies import read_body
from service.api.predictions import routed
from service.api.query import check_names, choice, version, whole
from service.classifier import Classifier
from service.digits import SIDE
from service.errors import BadRequest
from service.explanation import Rival
from service.heat_map import draw, full_colour
from service.normaliser import PREPROCESS, Preprocess
from service.serving.store import Version
from service.squares import write_squares

ENLARGED = 10
"""How many pixels of the heat map, each way, show one of the digit."""

_DIGITS = tuple("0123456789")
_PNG, _JSON = "image/png", "application/json"


@dataclass(frozen=True)
class Question:
    """What is to be explained; None where the choice is left to the service.

    version: a number, or a label of one.
    digit: 0 to 9, by default the one that was read.
    against: 0 to 9, by default the likeliest other, or the mean of all others.
    """

    model: str | None
    version: Version
    digit: int | None
    against: Rival | None
    preprocess: Preprocess

    @classmethod
    def parse(cls, arguments: MultiDict[str, str]) -> "Question":
        """Read the query; BadRequest for what is unknown, repeated or no value."""
        check_names(arguments, tuple(cls.__dataclass_fields__))
        return cls(
            model=arguments.get("model"),
            version=version(arguments),
            digit=whole(arguments, "digit", 9, least=0),
            against=_against(arguments),
            preprocess=choice(arguments, "preprocess", PREPROCESS),
        )


def _against(arguments: MultiDict[str, str]) -> Rival | None:
    asked = arguments.get("against")
    if asked is None:
        return None
    if asked == "others":
        return "others"
    if asked in _DIGITS:
        return int(asked)
    raise BadRequest(f"query against={asked!r}: expected a digit, 0 to 9, or others")


def blueprint(classifier: Classifier) -> Blueprint:
    """The route of explanations over `classifier`."""
    routes = Blueprint("explain", __name__)

    @routes.post("/v1/explain")
    def explain() -> Response:
        question = Question.parse(request.args)
        explanation = classifier.explain(
            read_body(request).only(),
            question.digit,
            question.against,
            question.model,
            question.version,
            question.preprocess,
        )
        return _heat_map(explanation) if _pictured(request) else _numbers(explanation)

    return routes


def _pictured(request: Request) -> bool:
    """Whether the client would rather have a picture."""
    return request.accept_mimetypes.best_match([_JSON, _PNG]) == _PNG


def _numbers(explanation: Explanation) -> Response:
    attribution = explanation.attribution
    document: dict[str, Any] = {
        "model": explanation.model,
        "version": explanation.version,
        **routed(),
        "digit": explanation.digit,
        "against": explanation.against,
        "probability": explanation.probabilities[explanation.digit],
        "probabilities": explanation.probabilities,
        "difference": attribution.difference,
        "baseline": attribution.baseline,
        "attributions": attribution.pixels.reshape(SIDE, SIDE),
        "picture": explanation.picture.reshape(SIDE, SIDE),
    }
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    return Response(orjson.dumps(document, option=options), content_type=_JSON)


def _heat_map(explanation: Explanation) -> Response:
    spoken = explanation.attribution.pixels
    png = write_squares(draw(spoken, explanation.picture), ENLARGED)
    response = Response(png, content_type=_PNG)
    response.headers["X-Model-Version"] = str(explanation.version)
    response.headers["X-Digit"] = str(explanation.digit)
    response.headers["X-Against"] = str(explanation.against)
    response.headers["X-Full-Colour"] = f"{full_colour(spoken):.4g}"
    return response
