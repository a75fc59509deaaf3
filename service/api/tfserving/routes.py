"""Which path asks what. How bodies are read and answers look is left to others."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from service.api.receiving import read_bytes
from service.api.tfserving import classify, predict, status
from service.api.tfserving.document import parse
from service.api.tfserving.spec import ModelSpec
from service.classifier import Classifier
from service.serving.store import Store

MODEL = "/v1/models/<name:model>"
ADDRESSES = {
    "newest": MODEL,
    "version": f"{MODEL}/versions/<name:version>",
    "label": f"{MODEL}/labels/<name:label>",
}
"""Every path of these may end in what is asked, as `:predict`."""


class NameConverter(BaseConverter):
    """A part of a path without a colon, after which comes what is asked."""

    regex = "[^/:]+"


def blueprint(classifier: Classifier, store: Store) -> Blueprint:
    """The routes of TensorFlow Serving over `classifier`, of what is in `store`."""
    routes = Blueprint("tfserving", __name__)
    routes.record_once(_know_names)

    def at(end: str, method: str, answer: Callable[[ModelSpec], Any]) -> None:
        """Answer every address of a model, `end` after it, with that document."""

        def view(**address: str) -> Response:
            spec = ModelSpec.parse(f"{request.method} {request.path}", **address)
            return _render(answer(spec))

        for which, address in ADDRESSES.items():
            name = f"{answer.__name__}_{which}"
            routes.add_url_rule(f"{address}{end}", name, view, methods=[method])

    @routes.get("/v1/models")
    def models() -> Response:
        return _render({"models": [store.model]})

    def model_status(spec: ModelSpec) -> Any:
        return status.status(store, spec)

    def metadata(spec: ModelSpec) -> Any:
        return status.metadata(spec.find(store).manifest)

    def predicted(spec: ModelSpec) -> Any:
        document = parse(read_bytes(request))
        return predict.predict(classifier, store, spec, document)

    def classified(spec: ModelSpec) -> Any:
        document = parse(read_bytes(request))
        return classify.classify(classifier, store, spec, document)

    def regressed(spec: ModelSpec) -> Any:
        document = parse(read_bytes(request))
        return classify.regress(store, spec, document)

    at("", "GET", model_status)
    at("/metadata", "GET", metadata)
    at(":predict", "POST", predicted)
    at(":classify", "POST", classified)
    at(":regress", "POST", regressed)
    return routes


def _know_names(setup: BlueprintSetupState) -> None:
    setup.app.url_map.converters["name"] = NameConverter


def _render(document: Any) -> Response:
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    body = orjson.dumps(document, option=options)
    return Response(body, content_type="application/json")
