"""One request as a server span, with a child span for each part of its time.

The spans of its parts are made at the end, from the marks that it left on its way;
their names are those of the stages in /metrics. What it asked and what it was
answered is told by whoever knows HTTP.
"""

import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import NamedTuple

from opentelemetry.trace import (
    Span,
    SpanContext,
    StatusCode,
    Tracer,
    format_span_id,
    format_trace_id,
    set_span_in_context,
)

from service.counting.marks import UNKNOWN, Marks

Attributes = dict[str, str | int | list[str]]


class Part(NamedTuple):
    """What the time from `began` to `ended` went to, in ns of `perf_counter_ns`."""

    name: str
    began: int
    ended: int


class Visit:
    """The request that this thread is answering."""

    def __init__(self, tracer: Tracer, span: Span) -> None:
        """Its `span` has just begun."""
        self._tracer, self._span = tracer, span
        self._since_1970 = time.time_ns() - time.perf_counter_ns()
        self._parts: list[Part] = []
        self._token = _current.set(self)

    @property
    def traceparent(self) -> str:
        """Its own place in the trace, as W3C Trace Context writes it."""
        context = self._span.get_span_context()
        return f"00-{_hex(context)}-{context.trace_flags:02x}"

    @property
    def ids(self) -> dict[str, str]:
        """What a log line says of it, by the names that OpenTelemetry gives them."""
        trace_id, span_id = _hex(self._span.get_span_context()).split("-")
        return {"trace_id": trace_id, "span_id": span_id}

    def passed(self, way: Marks, ended: int) -> None:
        """Its parts: from mark to mark of its `way`, and to where it `ended`."""
        self._parts = list(_parts(way, ended))
        if way.version is not None:
            self.tell({"mnist.model.version": way.version})
            self.tell({"mnist.pictures": way.pictures})
        if way.rejected:
            self.tell({"mnist.rejected": sorted(way.rejected)})

    def tell(self, attributes: Attributes) -> None:
        """Say more of it."""
        self._span.set_attributes(clean(attributes))

    def failed(self, kind: str, error: Exception | None) -> None:
        """It was answered with 5xx: for `error`, or else for what `kind` says."""
        if error is not None:
            kind = _class_name(error)
            self._span.record_exception(error, clean(_written(error)))
        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)

    def end(self) -> None:
        """It is over, and so are its parts."""
        if self._span.is_recording():
            parent = set_span_in_context(self._span)
            for part in self._parts:
                start = part.began + self._since_1970
                child = self._tracer.start_span(part.name, parent, start_time=start)
                child.end(part.ended + self._since_1970)
        self._span.end()
        _current.reset(self._token)


_current: ContextVar[Visit | None] = ContextVar("visit", default=None)


def current() -> Visit | None:
    """The request that this thread is answering, if it is traced."""
    return _current.get()


def _parts(way: Marks, ended: int) -> Iterator[Part]:
    if way.queued != UNKNOWN:
        yield Part("queue", way.began - way.queued, way.began)
    last = way.began
    points = {"receive": way.received, "decode": way.decoded, "compute": way.computed}
    for name, point in points.items():
        if point:
            yield Part(name, last, point)
            last = point
    if way.computed:
        yield Part("encode", last, ended)


def _hex(context: SpanContext) -> str:
    return f"{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}"


def _class_name(error: Exception) -> str:
    kind = type(error)
    inside = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{inside}{kind.__qualname__}"


def _written(error: Exception) -> Attributes:
    return {
        "exception.message": str(error),
        "exception.stacktrace": "".join(traceback.format_exception(error)),
    }


def clean(attributes: Attributes) -> Attributes:
    """The same, its texts as UTF-8 can have them.

    OTLP knows no other, and half a surrogate would undo a whole batch of spans.
    """
    return {
        name: value.encode("utf-8", "replace").decode()
        if isinstance(value, str)
        else value
        for name, value in attributes.items()
    }
