"""Flask without what it does for every request and nobody here asks for.

By overriding what Flask offers for it. Routes, hooks and errors are left as they are.
"""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.routing import MapAdapter

from service.api.express import Express


class MemoryRequest(Request):
    """Keeps uploaded files in memory: their size is limited, the disk read-only."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002, werkzeug's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()


def current_request() -> Request:
    """The request itself: `flask.request` finds it anew whenever it is asked."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


class NoSessions(SessionInterface):
    """One empty session for everybody, which nobody can write to."""

    _session = NullSession()

    def open_session(self, *_: object) -> SessionMixin:
        """The same one for each request."""
        return self._session


class Application(Flask):
    """A Flask application without sessions, coroutines, redirects or host names.

    `express` answers what need not come by Flask, if anything does.
    """

    express: Express | None = None

    request_class = MemoryRequest
    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none here is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Finds routes by path and method.

        Flask's also checks the name that the host was asked under, which only
        redirects and absolute links are made of.
        """
        if request is None:
            return None
        path, method = request.path, request.method
        return MapAdapter(self.url_map, "", "/", "", request.scheme, path, method)
