"""One service's address: requests sent there, and their answers or errors.

Knows HTTP and nothing of pictures. Safe to use from several threads.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse, Timeout, connection_from_url
from urllib3.exceptions import (
    ClosedPoolError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    TimeoutError,  # noqa: A004, urllib3's name
)

from service.client.address import parse_address
from service.client.bodies import Body
from service.client.errors import Refused, Unreachable
from service.client.patience import Outcome, Patience

Inject = Callable[[dict[str, str]], None]
"""Adds headers to those of one request."""

NOTHING: Mapping[str, Any] = MappingProxyType({})
_ONCE: dict[str, Any] = {"retries": False, "redirect": False}
"""For urllib3: `Patience` does the one, and nobody the other."""
_THREADS = 16  # that may keep a connection each


class Connection:
    """Keeps connections to one service; `url` is its address, without a password."""

    def __init__(
        self,
        url: str,
        timeout: float,
        patience: Patience,
        headers: Mapping[str, str],
        inject: Inject | None = None,
    ) -> None:
        address = parse_address(url)
        self.url, self._path = address.url, address.path
        self._headers = {"User-Agent": "mnist-client", **address.login, **headers}
        self._timeout, self._patience, self._inject = timeout, patience, inject
        self._pool = connection_from_url(
            address.host,
            timeout=Timeout(connect=timeout, read=timeout),
            maxsize=_THREADS,
        )

    def close(self) -> None:
        """Close the connections that are kept; a later request fails."""
        self._pool.close()

    def post(
        self,
        path: str,
        body: Body,
        query: Mapping[str, Any] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> BaseHTTPResponse:
        """What is answered with 200; raises Unreachable or Refused for all else."""
        if query:
            path = f"{path}?{urlencode(query)}"
        sent = self._sent({**headers, "Content-Type": body.content_type})
        return self._answer(
            self._patience,
            lambda: self._pool.urlopen(
                "POST", self._path + path, body.data, sent, **_ONCE
            ),
        )

    def get(self, path: str, retries: int | None = None) -> BaseHTTPResponse:
        """As `post`, with no body, and with other `retries` where they are given."""
        patience = self._patience
        if retries is not None:
            patience = replace(patience, retries=retries)
        sent = self._sent(NOTHING)
        return self._answer(
            patience,
            lambda: self._pool.urlopen("GET", self._path + path, headers=sent, **_ONCE),
        )

    def json(self, response: BaseHTTPResponse) -> dict[str, Any]:
        """The object in an answer; Unreachable where there is none."""
        document = _json(response)
        if document is None:
            raise self.not_understood(response)
        return document

    def not_understood(self, response: BaseHTTPResponse) -> Unreachable:
        """The error for an answer that no MNIST Service would give."""
        found = response.headers.get("Content-Type", "something else")
        return Unreachable(self.url, 1, f"what answers there sends its own {found}")

    def _sent(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of one request and all of its tries."""
        sent = {**self._headers, **headers}
        if self._inject is not None:
            self._inject(sent)
        return sent

    def _answer(
        self, patience: Patience, send: Callable[[], BaseHTTPResponse]
    ) -> BaseHTTPResponse:
        outcome = patience.ask(send)
        if outcome.response is None:
            raise self._unreachable(outcome) from outcome.error
        if outcome.response.status != HTTPStatus.OK:
            raise _refused(outcome.response, outcome.tries)
        return outcome.response

    def _unreachable(self, outcome: Outcome) -> Unreachable:
        return Unreachable(self.url, outcome.tries, self._reason(outcome.error))

    def _reason(self, error: HTTPError | None) -> str:
        match error:
            case NameResolutionError():
                return "its host has no address"
            case NewConnectionError():
                return getattr(error.__cause__, "strerror", None) or str(error)
            case TimeoutError():
                return f"no answer came within {self._timeout:g} s"
            case ClosedPoolError():
                return "the client was closed before"
            case ProtocolError():
                return "the connection broke off before the answer was whole"
            case _:
                return str(error)


def _refused(response: BaseHTTPResponse, tries: int) -> Refused:
    request_id = response.headers.get("X-Request-ID")
    return Refused(response.status, _detail(response), request_id, tries)


def _detail(response: BaseHTTPResponse) -> str:
    document = _json(response) or {}
    said = document.get("detail") or document.get("error")
    if isinstance(said, str):
        return said
    if "Location" in response.headers:
        found = response.headers["Location"]
        return f"it points to {found!r}, which is not followed: give that address"
    return f"{response.reason or 'refused'}, and no word that a MNIST Service would say"


def _json(response: BaseHTTPResponse) -> dict[str, Any] | None:
    try:
        document = json.loads(response.data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
