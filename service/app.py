"""The composition root: the only place where the parts meet."""

import os
from typing import TYPE_CHECKING

from service.api import (
    classify,
    errors,
    explain,
    health,
    metrics,
    openapi,
    openinference,
    requests,
    tfserving,
    tracing,
)
from service.api.application import Application
from service.api.express import TOGETHER, Express
from service.api.telling import Teller
from service.classifier import Classifier
from service.counting.statistics import Statistics
from service.counting.traffic import Traffic
from service.engines import answers_alike
from service.measured import Measured
from service.serving.shadow import Shadow
from service.serving.store import Store
from service.serving.uptake import Fellows
from service.settings import Settings
from service.web import blueprint as web

if TYPE_CHECKING:  # OpenTelemetry is loaded only where it was asked for
    from service.tracing import Tracing


def create_app(
    settings: Settings | None = None,
    statistics: Statistics | None = None,
    fellows: Fellows | None = None,
    traces: "Tracing | None" = None,
) -> Application:
    """The WSGI application; settings come from the environment unless given.

    What it counts goes to `statistics`, which its fellow workers may share. With
    `fellows` it serves what they do, and goes on to other versions with them; with
    `traces` each request leaves one.

    Loads and proves the models, which may take seconds. Without one that is
    proved it starts all the same, alive but not ready.
    """
    settings = settings or Settings.from_env(os.environ)
    store = Store(settings, fellows)
    store.load()
    statistics = statistics or Statistics()
    counts = statistics.counts
    shadow = Shadow(store, settings.shadow, counts) if settings.shadow else None
    classifier = Classifier(store, settings, statistics, shadow)
    measured = Measured(counts.board, store, settings)
    traffic = Traffic(counts.board, counts.row)
    teller = Teller(counts, traffic)

    app = Application(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would be a page of werkzeug's
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.config["MAX_FORM_PARTS"] = settings.max_batch + 1
    app.register_blueprint(classify.blueprint(classifier))
    app.register_blueprint(explain.blueprint(classifier))
    app.register_blueprint(tfserving.blueprint(classifier, store))
    app.register_blueprint(openinference.blueprint(classifier, store))
    app.register_blueprint(health.blueprint(store, settings))
    app.register_blueprint(metrics.blueprint(measured))
    app.register_blueprint(openapi.blueprint())
    app.register_blueprint(web(classifier, store, settings, measured, traffic))
    if traces is not None:
        tracing.install(app, traces)
    else:  # spans are made by Flask's hooks
        # A canary takes requests by who asks, one by one.
        several = answers_alike(settings.engine) and not settings.canary
        together = min(TOGETHER, settings.max_batch) if several else 1
        most = settings.max_upload_bytes
        app.express = Express(classifier, teller, most, together)
    requests.install(app, teller)
    errors.install(app)
    return app
