"""Around every request, where traces are made: its server span.

By OpenTelemetry's semantic conventions for HTTP, their stable part. Installed only
where MNIST_OTEL is 1; how spans are made and sent is left to `service.tracing`.
"""

import re
import time
from http import HTTPMethod
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from service.api.telling import PROBES
from service.counting.marks import QUEUED, current

if TYPE_CHECKING:  # OpenTelemetry is loaded only where it was asked for
    from service.tracing import Tracing, Visit

_CONTEXT = ("traceparent", "tracestate")
_SECRET = re.compile(r"\b(AWSAccessKeyId|Signature|sig|X-Goog-Signature)=[^&]*")
"""The keys of a query whose values the conventions want hidden."""


def install(app: Flask, tracing: "Tracing") -> None:
    """Trace each request of `app`; before `requests`, whose headers it adds to.

    Probes, which come every few seconds, are traced only where the caller does. The
    answer names its span in Server-Timing, the one header that browsers let a page
    read of itself: W3C's `traceresponse` never left its draft.
    """

    def begin() -> None:
        headers = {name: request.headers.get(name, "") for name in _CONTEXT}
        if request.path not in PROBES or headers["traceparent"]:
            g.visit = tracing.begin(_name(), _asked(), headers, QUEUED.get())

    app.before_request(begin)
    app.after_request(_answered)
    app.teardown_request(_end)


def _name() -> str:
    method = _method()
    method = "HTTP" if method == "_OTHER" else method
    return f"{method} {request.url_rule}" if request.url_rule else method


def _method() -> str:
    return request.method if request.method in HTTPMethod.__members__ else "_OTHER"


def _original() -> str | None:
    return None if _method() == request.method else request.method


def _asked() -> "dict[str, str | int | list[str]]":
    """What is known of a request before it is answered."""
    host, _, port = request.host.rpartition(":")
    found: dict[str, str | int | None] = {
        "http.request.method": _method(),
        "http.request.method_original": _original(),
        "http.route": request.url_rule.rule if request.url_rule else None,
        "url.scheme": request.scheme,
        "url.path": request.path,
        "url.query": _SECRET.sub(r"\1=REDACTED", request.query_string.decode("latin1")),
        "client.address": request.remote_addr,
        "user_agent.original": request.headers.get("User-Agent"),
        "network.protocol.version": request.environ["SERVER_PROTOCOL"][5:],
        "server.address": host if port.isdigit() else request.host,
        "server.port": int(port) if port.isdigit() else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _answered(response: Response) -> Response:
    visit: Visit | None = g.get("visit")
    if visit is not None:
        visit.passed(current(), time.perf_counter_ns())
        visit.tell(
            {
                "http.response.status_code": response.status_code,
                "http.response.header.x-request-id": [g.request_id],
            }
        )
        if response.status_code >= 500:
            visit.failed(str(response.status_code), g.get("failure"))
        timing = response.headers["Server-Timing"]
        named = f'{timing}, traceparent;desc="{visit.traceparent}"'
        response.headers["Server-Timing"] = named
    return response


def _end(_: BaseException | None) -> None:
    visit: Visit | None = g.get("visit")
    if visit is not None:
        visit.end()
