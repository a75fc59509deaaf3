"""The Open Inference Protocol V2, as KServe, Triton and MLServer speak it.

A translator: what a picture is, and what the network says of it, is left to the
one classifier. Each module adds its own routes.
"""

from flask import Blueprint

from service.api.openinference import (
    infer,
    metadata,
    repository,
    statistics,
    unsupported,
)
from service.classifier import Classifier
from service.serving.store import Store


def blueprint(classifier: Classifier, store: Store) -> Blueprint:
    """The routes below /v2 over `classifier` and the versions in `store`."""
    routes = Blueprint("openinference", __name__)
    metadata.install(routes, store)
    infer.install(routes, classifier, store)
    repository.install(routes, store)
    statistics.install(routes, store, classifier.statistics)
    unsupported.install(routes)
    return routes
