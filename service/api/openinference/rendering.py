"""Answers in JSON, as this protocol's clients expect them."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response

JSON = "application/json"
"""Exactly so: KServe's client reads an error only where nothing follows it."""


def as_json(document: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """`document` as an answer; NumPy arrays in it become lists."""
    body = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status, content_type=JSON)
