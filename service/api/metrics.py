"""GET /metrics: what was counted, over all workers, as Prometheus reads it."""

from flask import Blueprint, Response

from service.exposition import CONTENT_TYPE, expose
from service.measured import Measured


def blueprint(measured: Measured) -> Blueprint:
    """The one route over what was `measured`."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(expose(measured.families()), content_type=CONTENT_TYPE)

    return routes
