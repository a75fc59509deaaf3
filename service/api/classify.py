"""POST /v1/classify: our own dialect, from a picture to ten probabilities."""

from dataclasses import asdict
from typing import Any

import numpy as np
import orjson
from flask import Blueprint, Response, request

from service.api.bodies import read_body
from service.api.errors import problem
from service.api.query import Query, check_names
from service.classifier import Answer, Classifier, Prediction
from service.errors import BadRequest, RequestError
from service.pictures import write_png


def blueprint(classifier: Classifier) -> Blueprint:
    """The routes of our own dialect over `classifier`."""
    routes = Blueprint("classify", __name__)

    @routes.post("/v1/classify")
    def classify() -> Response:
        query = Query.parse(request.args)
        body = read_body(request)
        answer = classifier.classify(
            body.pictures,
            query.model,
            query.version,
            query.preprocess,
            query.calibrated,
        )
        if body.single and isinstance(answer.results[0], RequestError):
            raise answer.results[0]
        return Response(_render(answer, query), content_type="application/json")

    @routes.post("/v1/normalize")
    def normalize() -> Response:
        check_names(request.args, ())
        body = read_body(request)
        if not body.single:
            raise BadRequest(f"a list of {len(body.pictures)}, expected one picture")
        normalised = classifier.normalise(body.pictures[0])
        return Response(write_png(normalised.digit), content_type="image/png")

    return routes


def _render(answer: Answer, query: Query) -> bytes:
    document = {
        "model": answer.model,
        "version": answer.version,
        "predictions": [_result(result, query) for result in answer.results],
    }
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, option=options)


def _result(result: Prediction | RequestError, query: Query) -> dict[str, Any]:
    if isinstance(result, RequestError):
        return {"error": problem(result)}
    rendered = {
        "digit": result.digit,
        "probability": result.probability,
        "probabilities": result.probabilities,
        "several": result.preprocessing.several,
    }
    if result.typicality is not None:
        rendered["typicality"] = result.typicality
    if result.accepted is not None:
        rendered["accepted"] = result.accepted
    if query.top is not None:
        rendered["top"] = _top(result, query.top)
    if query.detail:
        rendered["preprocessing"] = asdict(result.preprocessing)
    return rendered


def _top(prediction: Prediction, count: int) -> list[dict[str, Any]]:
    order = np.argsort(-prediction.probabilities, kind="stable")[:count]
    return [
        {"digit": int(digit), "probability": prediction.probabilities[digit]}
        for digit in order
    ]
