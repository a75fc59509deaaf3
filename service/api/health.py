"""What an orchestrator and an operator ask: alive, ready, which version."""

import importlib.metadata
from http import HTTPStatus
from typing import Any

import orjson
from flask import Blueprint, Response

from service.serving.news import why_not_ready
from service.serving.store import Store
from service.settings import Settings


def blueprint(store: Store, settings: Settings) -> Blueprint:
    """The routes /livez, /readyz and /version over `store`."""
    routes = Blueprint("health", __name__)
    release = importlib.metadata.version("mnist-service")

    @routes.get("/livez")
    def livez() -> Response:
        return _answer({"status": "alive"})

    @routes.get("/readyz")
    def readyz() -> Response:
        snapshot = store.snapshot
        if snapshot.default is None:
            reason = why_not_ready(snapshot, settings)
            document = {"status": "not ready", "reason": reason}
            return _answer(document, HTTPStatus.SERVICE_UNAVAILABLE)
        document = {"status": "ready", "model": settings.model}
        return _answer({**document, "version": snapshot.default})

    @routes.get("/version")
    def version() -> Response:
        snapshot = store.snapshot
        return _answer(
            {
                "service": release,
                "engine": settings.engine,
                "model": settings.model,
                "policy": str(settings.policy),
                "generation": snapshot.generation,
                "default": snapshot.default,
                "labels": dict(snapshot.labels),
                "versions": [
                    {"version": number, "created": proved.manifest.created}
                    for number, proved in snapshot.models.items()
                ],
                "refused": [
                    {"version": number, "reason": reason}
                    for number, reason in snapshot.refused.items()
                ],
                "problems": list(snapshot.problems),
            }
        )

    return routes


def _answer(document: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    body = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return Response(body, status, content_type="application/json")
