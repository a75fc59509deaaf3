"""What is told of each request once it is answered: its log line, and its counts.

Whatever answered it, Flask or `service.api.express`. What is counted of the pictures
themselves is left to the classifier.
"""

import logging
import re
from dataclasses import dataclass
from random import getrandbits

from werkzeug.http import parse_list_header

from service.counting.counts import Counts
from service.counting.marks import UNKNOWN, Marks
from service.counting.metrics import (
    CANARY_REQUESTS,
    REJECTED,
    REQUEST_SECONDS,
    REQUESTS,
    STAGE_SECONDS,
)
from service.counting.traffic import Traffic
from service.logs import FIELDS

log = logging.getLogger("service.api.requests")

PROBES = ("/livez", "/readyz", "/metrics", "/status")
"""Asked every few seconds by machines: logged at level debug only, and no traffic."""

CANARY = "X-MNIST-Canary"
"""The label for whose sake a request was answered by another than the default."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, sizes in bytes.

    `route` is the rule that its URL came by, `dialect` the part of the API that
    answered; `client` the address that it came from.
    """

    request_id: str
    method: str
    path: str
    route: str
    dialect: str
    status: int
    received: int | None
    sent: int | None
    client: str | None


def request_id(asked: str) -> str:
    """The client's own, where that is plain and short, else one of 16 hex digits."""
    if asked and _REQUEST_ID.fullmatch(asked):
        return asked
    return f"{getrandbits(64):016x}"  # no secret; each worker is seeded anew


def asker(asked: str, request_id: str, forwarded: str, client: str | None) -> str:
    """The id that came with the request, else the address of whoever asks.

    As a proxy tells it (`forwarded`, X-Forwarded-For) where there is one. Anyone can
    claim another: good for keeping a client at a version, not more. Where it has
    none, as at a socket in the file system, it is this request.
    """
    if asked == request_id:
        return request_id
    addresses = parse_list_header(forwarded) if forwarded else [client]
    return next(filter(None, addresses), request_id)


class Teller:
    """Logs and counts each request that was answered."""

    def __init__(self, counts: Counts, traffic: Traffic) -> None:
        self._counts = counts
        self._traffic = traffic

    def tell(
        self, exchange: Exchange, way: Marks, now: int
    ) -> tuple[tuple[str, str], ...]:
        """Tell of it; the headers that tell the client of it in its answer.

        Its id, how long the answer took to make, in Server-Timing as browsers read
        it, and which label chose its version, where one did. `now` in nanoseconds
        as the marks of its `way`.
        """
        took = now - way.began
        milliseconds = round(took / 1e6, 3)
        self._log(exchange, milliseconds)
        with self._counts.lock:
            if exchange.path not in PROBES:
                self._traffic.count(exchange.status, took)
            self._count(exchange, way, took)
            if way.computed:
                self._count_stages(way, now)
        told = (
            ("X-Request-ID", exchange.request_id),
            ("Server-Timing", f"total;dur={milliseconds}"),
        )
        return told if way.canary is None else ((CANARY, way.canary), *told)

    def _log(self, exchange: Exchange, milliseconds: float) -> None:
        level = logging.DEBUG if exchange.path in PROBES else logging.INFO
        if not log.isEnabledFor(level):
            return
        fields = {
            "request_id": exchange.request_id,
            "method": exchange.method,
            "path": exchange.path,
            "status": exchange.status,
            "milliseconds": milliseconds,
            "received_bytes": exchange.received,
            "sent_bytes": exchange.sent,
            "client": exchange.client,
        }
        log.log(level, "request", extra={FIELDS: fields})

    def _count(self, exchange: Exchange, way: Marks, took: int) -> None:
        counts, route, dialect = self._counts, exchange.route, exchange.dialect
        version = "" if way.version is None else str(way.version)
        counts.count(REQUESTS, (route, dialect, version, str(exchange.status)))
        if way.canary is not None:
            counts.count(CANARY_REQUESTS, (way.canary, version))
        counts.observe(REQUEST_SECONDS, (route, dialect), took)
        for reason, times in way.rejected.items():
            counts.count(REJECTED, (reason,), times)

    def _count_stages(self, way: Marks, now: int) -> None:
        version, received = str(way.version), way.received or way.began
        stages = (
            ("receive", received - way.began),
            ("decode", way.decoded - received),
            ("compute", way.computed - way.decoded),
            ("encode", now - way.computed),
        )
        for stage, ns in stages:
            self._counts.observe(STAGE_SECONDS, (stage, version), ns)
        if way.queued != UNKNOWN:
            self._counts.observe(STAGE_SECONDS, ("queue", version), way.queued)
