"""Around every request: its id, and the one log line that tells of it."""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from service.logs import FIELDS

log = logging.getLogger(__name__)

PROBES = ("/livez", "/readyz")
"""Asked every few seconds by machines, so logged at level debug only."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


def install(app: Flask) -> None:
    """Give each request of `app` an id and a log line.

    The id is the client's own X-Request-ID where that is plain and short, else
    a new one of 16 hex digits; the answer carries it in the same header. How
    long the answer took to make is in Server-Timing, as browsers read it.
    """
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.started = time.perf_counter()
    asked = request.headers.get("X-Request-ID", "")
    g.request_id = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)


def _end(response: Response) -> Response:
    milliseconds = round(1000 * (time.perf_counter() - g.started), 3)
    response.headers["X-Request-ID"] = g.request_id
    response.headers["Server-Timing"] = f"total;dur={milliseconds}"
    fields = {
        "request_id": g.request_id,
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
    return response
