"""GET /status: what the service does now, for a person to take in at a glance.

The same numbers as /metrics has, of all workers. Each module beside says one part of
them in words; what is counted, and how, is left to `service.counting.metrics`.
"""

import time

from flask import Blueprint, Response

from service.counting.drift import FEWEST
from service.counting.metrics import START_TIME
from service.counting.traffic import Traffic
from service.measured import Measured
from service.serving.news import why_not_ready
from service.serving.store import Store
from service.settings import Settings
from service.web.answers import page
from service.web.static import Static
from service.web.status.flow import Flow
from service.web.status.latency import stages
from service.web.status.numbers import Numbers
from service.web.status.pictures import Pictures, drifts
from service.web.status.server import Server
from service.web.status.trials import canary, shadows
from service.web.status.versions import Versions
from service.web.status.words import moment
from service.web.templates import render

REFRESH_SECONDS = 5


def install(
    routes: Blueprint,
    measured: Measured,
    traffic: Traffic,
    store: Store,
    settings: Settings,
    static: Static,
) -> None:
    """Add the page to `routes`, over what was `measured` and what `store` serves."""

    @routes.get("/status")
    def status() -> Response:
        numbers, now = Numbers(measured.families()), time.time()
        snapshot, start = store.snapshot, numbers.one(START_TIME)
        up, since = now - start, measured.default_since or start
        html = render(
            "status.html",
            static,
            now=moment(now),
            refresh=REFRESH_SECONDS,
            model=store.model,
            why=None if snapshot.models else why_not_ready(snapshot, settings),
            server=Server.of(numbers, up),
            versions=Versions.of(numbers, snapshot, settings, since),
            flow=Flow.of(numbers, traffic, up),
            stages=stages(numbers),
            pictures=Pictures.of(numbers, snapshot),
            drifts=drifts(numbers, snapshot),
            fewest=FEWEST,
            canary=canary(numbers, snapshot, settings.canary),
            shadows=shadows(numbers),
        )
        return page(html)
