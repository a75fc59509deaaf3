"""POST /v1/classify: our own dialect, from a picture to ten probabilities."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import orjson
from flask import Blueprint, Response, request
from numpy.typing import NDArray

from service.answer import Answer
from service.api.bodies import read_body
from service.api.errors import problem
from service.api.query import Query, check_names
from service.classifier import Classifier
from service.errors import BadRequest
from service.normaliser import UNTOUCHED
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
        if body.single and answer.errors:
            raise answer.errors[0]
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
        "predictions": _predictions(answer, query),
    }
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, option=options)


def _predictions(answer: Answer, query: Query) -> list[dict[str, Any]]:
    """Made by columns: a row of a thousand pictures must cost next to nothing."""
    columns = _columns(answer, query)
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]
    for row, error in answer.errors.items():
        rows[row] = {"error": problem(error)}
    return rows


def _columns(answer: Answer, query: Query) -> dict[str, Iterable[Any]]:
    count = range(len(answer.digits))
    columns: dict[str, Iterable[Any]] = {
        "digit": answer.digits.tolist(),
        "probability": answer.probabilities.max(axis=1),
        "probabilities": answer.probabilities,
        "several": [row in answer.several for row in count],
    }
    if answer.typicality is not None:
        columns["typicality"] = answer.typicality
    if answer.accepted is not None:
        columns["accepted"] = answer.accepted.tolist()
    if query.top is not None:
        columns["top"] = [_top(row, query.top) for row in answer.probabilities]
    if query.detail:
        columns["preprocessing"] = [
            asdict(answer.done.get(row, UNTOUCHED)) for row in count
        ]
    return columns


def _top(probabilities: NDArray[np.float32], count: int) -> list[dict[str, Any]]:
    order = np.argsort(-probabilities, kind="stable")[:count]
    return [
        {"digit": int(digit), "probability": probabilities[digit]} for digit in order
    ]
