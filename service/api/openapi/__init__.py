"""GET /openapi.json and /docs: what the service answers, for programs and people.

`parts/` holds the document, one file a dialect; it is written by hand and kept
true by the tests. An example of an answer is the one to the request's example of the
same name. What a request means is left to the dialects themselves.
"""

import importlib.metadata
from functools import cache
from pathlib import Path

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from service.api.content import Content
from service.api.openapi.document import Document, assemble
from service.api.openapi.page import render

ASSETS = Path(__file__).parent / "assets"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
    ".npy": "application/x-npy",
    ".bin": "application/octet-stream",
}
HEADERS = {
    # Asked again each time, since a new release changes what is at the same URL;
    # the ETag then makes the answer a 304 without a body.
    "Cache-Control": "public, no-cache",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def blueprint() -> Blueprint:
    """The routes /openapi.json, /docs and what the page needs.

    The document and the page are made when first asked for, once a process.
    """
    assets = {
        path.name: Content(path.read_bytes(), TYPES[path.suffix])
        for path in ASSETS.iterdir()
        if path.suffix in TYPES
    }
    routes = Blueprint("openapi", __name__)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return _answer(_as_json())

    @routes.get("/docs")
    def docs() -> Response:
        return _answer(_as_page())

    @routes.get("/docs/<asset>")
    def docs_asset(asset: str) -> Response:
        if asset not in assets:
            raise NotFound
        return _answer(assets[asset])

    return routes


@cache
def _document() -> Document:
    return assemble(importlib.metadata.version("mnist-service"))


@cache
def _as_json() -> Content:
    return Content(orjson.dumps(_document()), "application/json")


@cache
def _as_page() -> Content:
    return Content(render(_document()).encode(), "text/html; charset=utf-8")


def _answer(content: Content) -> Response:
    """The content, or 304 where the client has it already."""
    response = Response(content.body, content_type=content.content_type)
    response.headers.update(HEADERS)
    response.set_etag(content.hash)
    response.make_conditional(request)
    return response
