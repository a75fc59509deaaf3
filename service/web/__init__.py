"""The page: draw a digit and watch it be read; and what goes with it, as HTML.

It asks this service over HTTP like any other client; what a picture is, and what
the network says of it, is left to the one classifier.
"""

from flask import Blueprint

from service.classifier import Classifier
from service.settings import Settings
from service.store import Store
from service.web import page, reading, report
from service.web.static import Static


def blueprint(classifier: Classifier, store: Store, settings: Settings) -> Blueprint:
    """The routes of the page, of its form without scripts, and of the reports."""
    routes = Blueprint("web", __name__)
    static = Static.read()
    page.install(routes, static)
    reading.install(routes, classifier, static)
    report.install(routes, store, settings, static)
    return routes
