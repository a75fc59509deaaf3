"""Around every request that Flask answers: its id, and what is told of it.

What that is, and to whom, is in `service.api.telling`.
"""

import time

from flask import Flask, Request, Response, g

from service.api.application import current_request
from service.api.telling import Exchange, Teller, asker, request_id
from service.counting import marks

UNMATCHED = "unmatched"
"""The route and the dialect of what is at no URL rule, or asks it by another method."""


def install(app: Flask, teller: Teller) -> None:
    """Give each request of `app` an id, and have the `teller` tell of it.

    The id is the client's own X-Request-ID where that is plain and short, else
    a new one of 16 hex digits; the answer carries it in the same header.
    """

    def end(response: Response) -> Response:
        way, now = marks.current(), time.perf_counter_ns()
        exchange = _exchange(current_request(), response)
        for name, value in teller.tell(exchange, way, now):
            response.headers.add(name, value)
        return response

    app.before_request(_begin)
    app.after_request(end)


def _begin() -> None:
    way = marks.begin()
    g.request_id = request_id(_asked(current_request()))
    way.asker = _asker


def _asked(request: Request) -> str:
    return request.headers.get("X-Request-ID", "")


def _asker() -> str:
    request = current_request()
    forwarded = request.headers.get("X-Forwarded-For", "")
    return asker(_asked(request), g.request_id, forwarded, request.remote_addr)


def _exchange(request: Request, response: Response) -> Exchange:
    rule, route, dialect = request.url_rule, UNMATCHED, UNMATCHED
    if rule is not None:
        route, dialect = rule.rule, rule.endpoint.partition(".")[0]
    return Exchange(
        request_id=g.request_id,
        method=request.method,
        path=request.path,
        route=route,
        dialect=dialect,
        status=response.status_code,
        received=request.content_length,
        sent=response.content_length,
        client=request.remote_addr,
    )
