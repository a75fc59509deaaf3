"""The model repository: what there is, and that nobody loads or unloads it here.

Versions come and go with their folders in models/, as under Triton's polling.
"""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import ServiceUnavailable

from service.api.openinference.fields import optional, parse
from service.api.openinference.rendering import as_json
from service.api.receiving import read_optional
from service.errors import BadRequest
from service.serving.store import Store


def install(routes: Blueprint, store: Store) -> None:
    """Add the index of the versions in `store`, load and unload."""

    @routes.post("/v2/repository/index")
    def index() -> Response:
        only_ready = optional(_document(), "ready", bool) or False
        return as_json(_index(store, only_ready))

    @routes.post("/v2/repository/models/<model>/load")
    def load(model: str) -> Response:
        """What is asked for is so already, or cannot be had."""
        given = optional(_document(), "parameters", dict)
        if given:
            raise BadRequest(
                f"load has the parameters {', '.join(sorted(given))}, expected none: "
                "a version is served as its folder has it"
            )
        store.find(model, None)
        return as_json({})

    @routes.post("/v2/repository/models/<model>/unload")
    def unload(model: str) -> Response:
        _document()
        # Triton's words and status, which its clients look for.
        raise ServiceUnavailable(
            "explicit model load / unload is not allowed if polling is enabled; "
            f"the versions of {model!r} are the folders of its models"
        )


def _document() -> dict[str, Any]:
    body = read_optional(request)
    return parse(body) if body else {}


def _index(store: Store, only_ready: bool) -> list[dict[str, str]]:
    return [
        {
            "name": store.model,
            "version": str(number),
            "state": "READY" if refused is None else "UNAVAILABLE",
            "reason": refused or "",
        }
        for number, refused in store.snapshot.found.items()
        if refused is None or not only_ready
    ]
