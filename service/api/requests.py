"""Around every request: its id, the one log line that tells of it, and its counts.

What is counted of the pictures themselves is left to the classifier.
"""

import logging
import re
import secrets
import time

from flask import Flask, Request, Response, g

from service import marks
from service.api.application import current_request
from service.counts import Counts
from service.logs import FIELDS
from service.marks import UNKNOWN, Marks
from service.metrics import (
    CANARY_REQUESTS,
    REJECTED,
    REQUEST_SECONDS,
    REQUESTS,
    STAGE_SECONDS,
)
from service.traffic import Traffic

log = logging.getLogger(__name__)

PROBES = ("/livez", "/readyz", "/metrics", "/status")
"""Asked every few seconds by machines: logged at level debug only, and no traffic."""

UNMATCHED = "unmatched"
"""The route and the dialect of what is at no URL rule, or asks it by another method."""

CANARY = "X-MNIST-Canary"
"""The label for whose sake a request was answered by another than the default."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


def install(app: Flask, counts: Counts, traffic: Traffic) -> None:
    """Give each request of `app` an id and a log line, and count it.

    The id is the client's own X-Request-ID where that is plain and short, else
    a new one of 16 hex digits; the answer carries it in the same header. How
    long the answer took to make is in Server-Timing, as browsers read it.
    X-MNIST-Canary says which label chose its version, where one did.
    """

    def end(response: Response) -> Response:
        way, now = marks.current(), time.perf_counter_ns()
        if way.canary is not None:
            response.headers[CANARY] = way.canary
        request = current_request()
        _tell(request, response, now - way.began)
        with counts.lock:
            if request.path not in PROBES:
                traffic.count(response.status_code, now - way.began)
            _count_request(counts, request, way, response.status_code, now)
            if way.computed:
                _count_stages(counts, way, now)
        return response

    app.before_request(_begin)
    app.after_request(end)


def _begin() -> None:
    way = marks.begin()
    asked = current_request().headers.get("X-Request-ID", "")
    g.request_id = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)
    way.asker = _asker


def _asker() -> str:
    """The id that came with the request, else the address of whoever asks.

    As a proxy tells it where there is one. Anyone can claim another: good for keeping
    a client at a version, not more. Where it has none, as at a socket in the file
    system, it is this request.
    """
    request = current_request()
    if request.headers.get("X-Request-ID") == g.request_id:
        return str(g.request_id)
    return next(filter(None, request.access_route), g.request_id)


def _tell(request: Request, response: Response, took: int) -> None:
    milliseconds, request_id = round(took / 1e6, 3), g.request_id
    response.headers.add("X-Request-ID", request_id)
    response.headers.add("Server-Timing", f"total;dur={milliseconds}")
    fields = {
        "request_id": request_id,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": milliseconds,
        "received_bytes": request.content_length,
        "sent_bytes": response.content_length,
        "client": request.remote_addr,
    }
    level = logging.DEBUG if request.path in PROBES else logging.INFO
    log.log(level, "request", extra={FIELDS: fields})


def _count_request(
    counts: Counts, request: Request, way: Marks, status: int, now: int
) -> None:
    rule, route, dialect = request.url_rule, UNMATCHED, UNMATCHED
    if rule is not None:
        route, dialect = rule.rule, rule.endpoint.partition(".")[0]
    version = "" if way.version is None else str(way.version)
    counts.count(REQUESTS, (route, dialect, version, str(status)))
    if way.canary is not None:
        counts.count(CANARY_REQUESTS, (way.canary, version))
    counts.observe(REQUEST_SECONDS, (route, dialect), now - way.began)
    for reason, times in way.rejected.items():
        counts.count(REJECTED, (reason,), times)


def _count_stages(counts: Counts, way: Marks, now: int) -> None:
    version, received = str(way.version), way.received or way.began
    stages = (
        ("receive", received - way.began),
        ("decode", way.decoded - received),
        ("compute", way.computed - way.decoded),
        ("encode", now - way.computed),
    )
    for stage, ns in stages:
        counts.observe(STAGE_SECONDS, (stage, version), ns)
    if way.queued != UNKNOWN:
        counts.observe(STAGE_SECONDS, ("queue", version), way.queued)
