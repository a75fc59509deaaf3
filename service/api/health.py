"""What an orchestrator and an operator ask: alive, ready, which version."""

import importlib.metadata
from http import HTTPStatus
from typing import Any

import orjson
from flask import Blueprint, Response

from service.settings import Settings
from service.store import Store


def blueprint(store: Store, settings: Settings) -> Blueprint:
    """The routes /livez, /readyz and /version over `store`."""
    routes = Blueprint("health", __name__)
    release = importlib.metadata.version("mnist-service")

    @routes.get("/livez")
    def livez() -> Response:
        return _answer({"status": "alive"})

    @routes.get("/readyz")
    def readyz() -> Response:
        default = store.snapshot.default
        if default is None:
            document = {"status": "not ready", "reason": store.why_not_ready()}
            return _answer(document, HTTPStatus.SERVICE_UNAVAILABLE)
        document = {"status": "ready", "model": settings.model}
        return _answer({**document, "version": default})

    @routes.get("/version")
    def version() -> Response:
        snapshot = store.snapshot
        return _answer(
            {
                "service": release,
                "engine": settings.engine,
                "model": settings.model,
                "default": snapshot.default,
                "versions": [
                    {"version": number, "created": proved.manifest.created}
                    for number, proved in snapshot.models.items()
                ],
                "refused": [
                    {"version": number, "reason": reason}
                    for number, reason in snapshot.refused.items()
                ],
            }
        )

    return routes


def _answer(document: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    body = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return Response(body, status, content_type="application/json")
