"""The one error handler: every failure becomes the answer its client expects.

Our own API answers RFC 9457 problem documents; /v1/models and /v2 answer the
`{"error": ...}` of TensorFlow Serving and of the Open Inference Protocol. The
path decides, since a blueprint's handler never sees a URL that no route knows.
"""

import logging
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service import errors
from service.counting.marks import current
from service.logs import FIELDS

STATUSES: dict[type[errors.ServiceError], HTTPStatus] = {
    errors.BadRequest: HTTPStatus.BAD_REQUEST,
    errors.UnknownModel: HTTPStatus.NOT_FOUND,
    errors.TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.UnreadablePicture: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unexplainable: HTTPStatus.NOT_IMPLEMENTED,
    errors.NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
}

RETRY_SECONDS = "5"
"""After which a client that was told 503 may ask again: a model loads meanwhile."""

_NO_ROUTE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
"""TensorFlow Serving calls both a malformed request: 404 is for models."""

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Make `app` answer every error as its client expects."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failed)


def problem(error: errors.ServiceError) -> dict[str, Any]:
    """The problem document of one error (RFC 9457), without its request."""
    return _problem(STATUSES[type(error)], error.kind, str(error))


def failed(error: Exception, request_id: str) -> dict[str, Any]:
    """The problem document of what ended a request, counted or logged as it must be."""
    if isinstance(error, errors.ServiceError):
        current().refuse(error.kind)
        return problem(error) | {"request_id": request_id}
    fields = {"request_id": request_id}
    log.error("unexpected failure", exc_info=error, extra={FIELDS: fields})
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "the service failed; its log has the reason under this request id"
    return _problem(status, "unexpected", detail) | {"request_id": request_id}


def _problem(status: HTTPStatus, kind: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:mnist-service:{kind}",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
    }


def _failed(error: Exception) -> Response:
    g.failure = error
    return _respond(failed(error, g.get("request_id")))


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        return _failed(errors.TooLarge(_too_large()))
    status = HTTPStatus(error.code or 500)
    if _in_tensorflow_serving() and status in _NO_ROUTE:
        malformed = f"Malformed request: {request.method} {request.path}"
        return _failed(errors.BadRequest(malformed))
    detail = error.description or status.phrase
    if status == HTTPStatus.NOT_FOUND:
        detail = f"nothing is at {request.path!r}"
    kind = status.name.lower().replace("_", "-")
    document = _problem(status, kind, detail)
    response = _respond(document | {"request_id": g.get("request_id")})
    if "Allow" in (headers := dict(error.get_headers())):
        response.headers["Allow"] = headers["Allow"]
    return response


def _in_tensorflow_serving() -> bool:
    return f"{request.path}/".startswith("/v1/models/")


def _too_large() -> str:
    limit, length = request.max_content_length or 0, request.content_length
    if length is not None and length <= limit:
        return f"the form has more than {request.max_form_parts} parts"
    return f"the body is over the limit of {limit} bytes"


def _respond(document: dict[str, Any]) -> Response:
    media, body = "application/problem+json", document
    if _in_tensorflow_serving() or f"{request.path}/".startswith("/v2/"):
        media, body = "application/json", {"error": document["detail"]}
    rendered = orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)
    response = Response(rendered, document["status"], content_type=media)
    if document["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_SECONDS
    return response
