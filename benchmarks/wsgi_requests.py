"""One picture in every form, as gunicorn or its worker hands it to the application.

For what is measured inside one process, without a socket.
"""

import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.servers.requests import (
    Request,
    base64_json,
    form,
    our_digit,
    raw,
    v2_binary,
)
from service.api.application import Application as BesideFlask

PICTURE = Path(__file__).parents[1] / "tests/data/digits/7_0.png"
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_ASK = {
    "raw PNG": raw("/v1/classify", our_digit),
    "multipart": form("/v1/classify", "image", our_digit),
    "JSON": base64_json("/v1/classify", our_digit),
    "V2 binary": v2_binary("/v2/models/mnist/infer"),
}
REQUESTS = {name: ask(PICTURE.read_bytes()) for name, ask in _ASK.items()}
"""By form, as they come to Flask."""

AT_ONCE = ("raw PNG", "multipart")
"""Those that the worker answers before they come to it."""


def environ(request: Request) -> dict[str, Any]:
    """A new environment for one call: PEP 3333, and what gunicorn adds to it."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": "",
        "RAW_URI": request.path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "gunicorn",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "40000",
        "HTTP_HOST": "127.0.0.1:8000",
        "CONTENT_LENGTH": str(len(request.body)),
        **{_variable(name): value for name, value in request.headers.items()},
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def call(app: Application, environment: dict[str, Any]) -> bytes:
    """The body of the answer; RuntimeError for another status than 200.

    `environment` is what `environ` gives, for this one call: its body is read.
    """
    statuses: list[str] = []
    chunks = app(environment, lambda status, _: statuses.append(status))
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    if statuses != ["200 OK"]:
        raise RuntimeError(f"status {statuses}: {body[:200]!r}")
    return body


def at_once(application: BesideFlask, request: Request) -> bytes:
    """The body of the answer that the worker has at once; RuntimeError for none."""
    express = application.express
    received = [(request.wire(8000), "::1")]
    answer = None if express is None else express.answer(received)[0]
    if answer is None:
        raise RuntimeError("left to Flask")
    head, _, body = answer.sent.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 OK"):
        raise RuntimeError(f"{head[:30]!r}: {body[:200]!r}")
    return body


def _variable(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"
