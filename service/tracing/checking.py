"""Whether OpenTelemetry's own settings can be used, asked before the start."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from service.errors import SettingsError
from service.tracing.exporting import Tracing
from service.tracing.lines import LIBRARY

_ALLOWED = {
    "OTEL_TRACES_EXPORTER": ("otlp", "none"),
    "OTEL_EXPORTER_OTLP_PROTOCOL": ("http/protobuf",),
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": ("http/protobuf",),
}
_FILES = tuple(
    f"OTEL_EXPORTER_OTLP_{traces}{kind}"
    for traces in ("", "TRACES_")
    for kind in ("CERTIFICATE", "CLIENT_KEY", "CLIENT_CERTIFICATE")
)
_ADDRESSES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def check() -> None:
    """Raise SettingsError for an OTEL_ variable that cannot be used.

    The library would only log of most of them, and go on with another value.
    """
    for variable, allowed in _ALLOWED.items():
        if (value := _value(variable)) and value not in allowed:
            raise SettingsError(
                f"{variable}={value!r}: expected {' or '.join(allowed)}"
            )
    for variable in _ADDRESSES:
        if (value := _value(variable)) and not _is_address(value):
            raise SettingsError(
                f"{variable}={value!r}: expected an address as http://localhost:4318"
            )
    for variable in _FILES:
        if (value := _value(variable)) and not Path(value).is_file():
            raise SettingsError(f"{variable}={value!r}: expected a file, none is there")
    with _heard() as complaints:
        try:
            Tracing().stop()
        except (ValueError, RuntimeError, OSError) as error:
            raise SettingsError(_sentence(str(error))) from error
    if complaints:
        raise SettingsError(_sentence(complaints[0]))


def _value(variable: str) -> str:
    return os.environ.get(variable, "").strip()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _sentence(said: str) -> str:
    return f"MNIST_OTEL='1', and OpenTelemetry says of its OTEL_ variables: {said}"


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What the library complains of meanwhile, heard here and nowhere else."""
    listening = _Listener(logging.WARNING)
    library = logging.getLogger(LIBRARY)
    before = library.handlers, library.propagate
    library.handlers, library.propagate = [listening], False
    try:
        yield listening.heard
    finally:
        library.handlers, library.propagate = before


class _Listener(logging.Handler):
    """Keeps what was said."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())
