"""Where spans go: to an OTLP collector over HTTP, in batches, off the request's path.

Where that is, how much of it and how often, OpenTelemetry's own OTEL_ variables say.
A collector that is away costs spans, and never a request or more than a log line
a minute.
"""

import os
import time
from collections.abc import Mapping
from importlib.metadata import version
from threading import Thread

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.counting.marks import UNKNOWN
from service.tracing.visit import Attributes, Visit, clean

PACKAGE = "mnist-service"
STOP_SECONDS = 5.0
"""Sending the last spans may take so long: less than a container's ten seconds."""


class Tracing:
    """Makes spans in one process, which must not be forked any more."""

    def __init__(self) -> None:
        """Spans are made at once; nobody asks whether the collector is there."""
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        if os.environ.get("OTEL_TRACES_EXPORTER", "").strip() != "none":
            self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("service.tracing", version(PACKAGE))

    def begin(
        self,
        name: str,
        attributes: Attributes,
        headers: Mapping[str, str],
        queued: int = UNKNOWN,
    ) -> Visit:
        """A request began, `queued` ns ago where that is known.

        It is part of the trace that its `headers` name, or else the first of one.
        Of `headers`, with names in small letters, `traceparent` and `tracestate`
        are read; malformed ones count as none.
        """
        parent = TraceContextTextMapPropagator().extract(headers, Context())
        span = self._tracer.start_span(
            name,
            parent,
            SpanKind.SERVER,
            clean(attributes),
            start_time=time.time_ns() - max(queued, 0),
        )
        return Visit(self._tracer, span)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Send what is left; what cannot be sent in time is lost."""
        # Left alone it would wait for 30 s.
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(seconds)


def _resource() -> Resource:
    """Who speaks: what OTEL_ variables say, else this service by its own name."""
    told = Resource.create({"service.version": version(PACKAGE)})
    if str(told.attributes["service.name"]).startswith("unknown_service"):
        return told.merge(Resource({"service.name": PACKAGE}))
    return told
