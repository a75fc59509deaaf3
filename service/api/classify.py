"""POST /v1/classify: our own dialect, from a picture to ten probabilities."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from service.api.bodies import read_upload
from service.api.errors import problem
from service.classifier import Answer, Classifier, Prediction
from service.errors import BadRequest, RequestError

PREPROCESS = ("auto", "exact")


@dataclass(frozen=True)
class Query:
    """What the URL asks for; None where it leaves the choice to the service.

    top: how many of the likeliest digits to list, 1 to 10.
    preprocess: both values take 28x28, bright on dark, and nothing else yet.
    """

    model: str | None = None
    version: int | None = None
    top: int | None = None
    preprocess: str = "auto"

    @classmethod
    def parse(cls, arguments: MultiDict[str, str]) -> "Query":
        """Read the query; BadRequest for what is unknown, repeated or no value."""
        for name, values in arguments.lists():
            if name not in cls.__dataclass_fields__:
                known = ", ".join(cls.__dataclass_fields__)
                raise BadRequest(f"query {name!r} is unknown, expected one of {known}")
            if len(values) > 1:
                raise BadRequest(f"query {name!r} stands {len(values)} times")
        return cls(
            model=arguments.get("model"),
            version=_whole(arguments, "version", 10**9 - 1),
            top=_whole(arguments, "top", 10),
            preprocess=_preprocess(arguments.get("preprocess", "auto")),
        )


def blueprint(classifier: Classifier) -> Blueprint:
    """The routes of our own dialect over `classifier`."""
    routes = Blueprint("classify", __name__)

    @routes.post("/v1/classify")
    def classify() -> Response:
        query = Query.parse(request.args)
        upload = read_upload(request)
        answer = classifier.classify(upload.pictures, query.model, query.version)
        if upload.single and isinstance(answer.results[0], RequestError):
            raise answer.results[0]
        return Response(_render(answer, query.top), content_type="application/json")

    return routes


def _render(answer: Answer, top: int | None) -> bytes:
    document = {
        "model": answer.model,
        "version": answer.version,
        "predictions": [_result(result, top) for result in answer.results],
    }
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, option=options)


def _result(result: Prediction | RequestError, top: int | None) -> dict[str, Any]:
    if isinstance(result, RequestError):
        return {"error": problem(result)}
    rendered = {
        "digit": result.digit,
        "probability": result.probability,
        "probabilities": result.probabilities,
    }
    return rendered if top is None else rendered | {"top": _top(result, top)}


def _top(prediction: Prediction, count: int) -> list[dict[str, Any]]:
    order = np.argsort(-prediction.probabilities, kind="stable")[:count]
    return [
        {"digit": int(digit), "probability": prediction.probabilities[digit]}
        for digit in order
    ]


def _whole(arguments: MultiDict[str, str], name: str, most: int) -> int | None:
    text = arguments.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    raise BadRequest(f"query {name}={text!r}: expected a whole number, 1 to {most}")


def _preprocess(text: str) -> str:
    if text in PREPROCESS:
        return text
    expected = " or ".join(PREPROCESS)
    raise BadRequest(f"query preprocess={text!r}: expected {expected}")
