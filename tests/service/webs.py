"""Real HTTP servers in a thread: one that answers by a script, one that is ours."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

SEVEN: dict[str, Any] = {
    "digit": 7,
    "probability": 0.91,
    "probabilities": [0.01] * 7 + [0.91, 0.01, 0.01],
    "several": False,
}


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One answer: `sent` bytes of its body, then the connection is closed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None


HANG_UP = Reply(0)
"""The connection is closed with no answer."""
SILENCE = Reply(-1)
"""Nothing is said until the server ends."""


def predictions(*rows: dict[str, Any], **more: Any) -> Reply:
    """What the service answers to as many pictures."""
    document = {"model": "mnist", "version": 1, "predictions": rows, **more}
    return Reply(body=json.dumps(document).encode())


def problem(status: int, detail: str, **headers: str) -> Reply:
    """A problem document, and `Retry_After="1"` as a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"detail": detail}).encode(), named)


@dataclass
class Scripted:
    """A server at `url`: what it received, and what it still has to answer.

    The last reply is given again and again.
    """

    script: list[Reply]
    url: str = ""
    received: list[Received] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def take(self, request: Received) -> Reply:
        """The reply to one more request."""
        self.received.append(request)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def scripted(*script: Reply) -> Iterator[Scripted]:
    """A server that gives these replies in turn."""
    state = Scripted(list(script))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _reply(self, state)

        def do_POST(self) -> None:
            _reply(self, state)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    with _in_a_thread(server):
        try:
            yield state
        finally:
            state.ended.set()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Our own application, its address: real HTTP with no process to start."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with _in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def _in_a_thread(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _reply(handler: BaseHTTPRequestHandler, state: Scripted) -> None:
    body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    headers = dict(handler.headers)
    reply = state.take(Received(handler.command, handler.path, headers, body))
    if reply is SILENCE:
        state.ended.wait()
    if reply in (SILENCE, HANG_UP):
        handler.close_connection = True
        return
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    handler.wfile.write(reply.body[: reply.sent])
    handler.close_connection = reply.sent is not None
