"""An OpenTelemetry collector in a thread: OTLP over HTTP in, spans to look at."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

ERROR = Status.STATUS_CODE_ERROR
UNSET = Status.STATUS_CODE_UNSET
SERVER = Span.SPAN_KIND_SERVER
INTERNAL = Span.SPAN_KIND_INTERNAL


@dataclass(frozen=True)
class Seen:
    """One span, and the resource that sent it."""

    span: Span
    resource: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return self.span.name

    @property
    def attributes(self) -> dict[str, Any]:
        """Its attributes as plain values."""
        return _plain(self.span.attributes)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The attributes of each of its events."""
        return [_plain(event.attributes) for event in self.span.events]

    @property
    def trace_id(self) -> str:
        """32 hex digits."""
        return self.span.trace_id.hex()

    @property
    def span_id(self) -> str:
        """16 hex digits."""
        return self.span.span_id.hex()

    @property
    def parent_id(self) -> str:
        """16 hex digits, or none for a root."""
        return self.span.parent_span_id.hex()


@dataclass
class Collector:
    """A collector at `url`, and the spans that it was sent."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)

    @property
    def roots(self) -> list[Seen]:
        """The server spans, by when they began."""
        found = [seen for seen in self.spans if seen.span.kind == SERVER]
        return sorted(found, key=lambda seen: seen.span.start_time_unix_nano)

    def children(self, of: Seen) -> list[Seen]:
        """The spans under one, by when they began."""
        found = [seen for seen in self.spans if seen.parent_id == of.span_id]
        return sorted(found, key=lambda seen: seen.span.start_time_unix_nano)

    def take(self, body: bytes) -> None:
        """Keep what one request brings."""
        request = ExportTraceServiceRequest.FromString(body)
        for sender in request.resource_spans:
            resource = _plain(sender.resource.attributes)
            for scope in sender.scope_spans:
                self.spans += [Seen(span, resource) for span in scope.spans]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a port of its own, until the block is left."""
    state = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            right = self.path == "/v1/traces"
            if right:
                state.take(body)
            self.send_response(200 if right else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _plain(attributes: "Iterator[KeyValue] | Any") -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, str(kind))
