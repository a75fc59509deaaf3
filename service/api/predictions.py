"""What our own dialect answers: JSON by picture, or bare numbers in bulk.

Made by columns, since a row of a thousand pictures must cost next to nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from io import BytesIO
from typing import Any

import numpy as np
import orjson
from flask import Request, Response
from numpy.typing import NDArray

from service.answer import Answer
from service.api.errors import problem
from service.api.query import Query
from service.counting.marks import current
from service.normaliser import UNTOUCHED


def bulk(request: Request) -> bool:
    """Whether the client asks for the probabilities alone, as bare numbers."""
    return request.headers.get("Accept") in _BARE


def render(answer: Answer, query: Query, request: Request) -> Response:
    """The answer in the form that the client asks for, JSON by default.

    The bare forms hold float32 [n, 10]; a picture that could not be read is a row
    of NaN.
    """
    media = request.headers.get("Accept", "")
    if media not in _BARE:
        return Response(as_json(answer, query), content_type="application/json")
    probabilities = answer.probabilities.astype("<f4", copy=bool(answer.errors))
    probabilities[list(answer.errors)] = np.nan
    response = Response(_BARE[media](probabilities), content_type=media)
    response.headers["X-Model-Version"] = str(answer.version)
    return response


def as_json(answer: Answer, query: Query) -> bytes:
    """The answer as JSON, one object, with a newline at its end."""
    return _document(answer, _predictions(answer, query))


def each_as_json(answer: Answer, query: Query) -> list[bytes]:
    """For each picture its own answer as JSON, as if it were the only one."""
    return [_document(answer, [row]) for row in _predictions(answer, query)]


def _document(answer: Answer, predictions: list[dict[str, Any]]) -> bytes:
    document = {
        "model": answer.model,
        "version": answer.version,
        **routed(),
        "predictions": predictions,
    }
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, option=options)


def routed() -> dict[str, str]:
    """The key that says for which label's sake another version answered, if so."""
    label = current().canary
    return {} if label is None else {"canary": label}


def _npy(probabilities: NDArray[np.float32]) -> bytes:
    file = BytesIO()
    np.save(file, probabilities, allow_pickle=False)
    return file.getvalue()


_BARE: dict[str, Callable[[NDArray[np.float32]], bytes]] = {
    "application/octet-stream": lambda probabilities: probabilities.tobytes(),
    "application/x-npy": _npy,
}


def _predictions(answer: Answer, query: Query) -> list[dict[str, Any]]:
    columns = _columns(answer, query)
    names = tuple(columns)
    rows = [
        dict(zip(names, row, strict=False))
        for row in zip(*columns.values(), strict=True)
    ]
    for row, error in answer.errors.items():
        rows[row] = {"error": problem(error)}
    return rows


def _columns(answer: Answer, query: Query) -> dict[str, Iterable[Any]]:
    count, several = range(len(answer.digits)), answer.several
    columns: dict[str, Iterable[Any]] = {
        "digit": answer.digits.tolist(),
        "probability": answer.probabilities.max(axis=1),
        "probabilities": answer.probabilities,
        "several": [row in several for row in count],
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
