"""OpenTelemetry traces: one server span for each request, its parts as children.

Loaded only where MNIST_OTEL is 1, and the only place that imports OpenTelemetry.
Knows nothing of Flask: what a request is, is told by `service.api.tracing`.
"""

from service.tracing.checking import check
from service.tracing.exporting import Tracing
from service.tracing.lines import install
from service.tracing.visit import Visit

__all__ = ["Tracing", "Visit", "check", "install"]
