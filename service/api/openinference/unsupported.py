"""What Triton's clients may ask that this service has not, and says so.

Trace, log and shared memory settings, and model configurations, are no part of
the protocol but extensions of it, which `GET /v2` does not list here.
"""

from typing import NoReturn

from flask import Blueprint, request
from werkzeug.exceptions import NotImplemented as Unsupported

from service.api.receiving import read_optional

_MEMORY = "<any(systemsharedmemory, cudasharedmemory):memory>"

RULES = {
    "/v2/logging": "log settings",
    "/v2/trace/setting": "trace settings",
    "/v2/models/<model>/trace/setting": "trace settings",
    "/v2/models/<model>/config": "the model configuration",
    "/v2/models/<model>/versions/<version>/config": "the model configuration",
    f"/v2/{_MEMORY}/status": "shared memory",
    f"/v2/{_MEMORY}/unregister": "shared memory",
    f"/v2/{_MEMORY}/region/<region>/<action>": "shared memory",
}


def install(routes: Blueprint) -> None:
    """Add a refusal with status 501 for each of RULES."""
    for number, (rule, what) in enumerate(RULES.items()):
        routes.add_url_rule(
            rule,
            endpoint=f"unsupported_{number}",
            view_func=refuse,
            methods=["GET", "POST"],
            defaults={"what": what},
        )


def refuse(what: str, **_: str) -> NoReturn:
    """Answer 501 in the protocol's own shape, once the body has come."""
    read_optional(request)
    raise Unsupported(f"{what} cannot be asked for here: GET /v2 lists the extensions")
