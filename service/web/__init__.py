"""The page: draw a digit and watch it be read; and what goes with it, as HTML.

The page asks this service over HTTP like any other client; what a picture is, and
what the network says of it, is left to the one classifier. `status` is another page,
for whoever runs the service.
"""

from flask import Blueprint

from service.classifier import Classifier
from service.counting.traffic import Traffic
from service.measured import Measured
from service.serving.store import Store
from service.settings import Settings
from service.web import page, reading, report, status
from service.web.static import Static


def blueprint(
    classifier: Classifier,
    store: Store,
    settings: Settings,
    measured: Measured,
    traffic: Traffic,
) -> Blueprint:
    """The routes of both pages, of the form without scripts, and of the reports."""
    routes = Blueprint("web", __name__)
    static = Static.read()
    page.install(routes, static)
    reading.install(routes, classifier, static)
    report.install(routes, store, settings, static)
    status.install(routes, measured, traffic, store, settings, static)
    return routes
