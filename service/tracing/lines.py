"""Log lines: ours say which trace they belong to, OpenTelemetry's own come seldom."""

import logging
import time

from service.logs import FIELDS
from service.tracing.visit import current

log = logging.getLogger(__name__)

LIBRARY = "opentelemetry"
SECONDS = 60.0


def install() -> None:
    """Stamp each line that is logged; pass on what OpenTelemetry says by `Seldom`."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(stamp)
    library = logging.getLogger(LIBRARY)
    library.handlers, library.propagate = [Seldom()], False


def stamp(record: logging.LogRecord) -> bool:
    """A filter for handlers: lets all pass, with the ids of the request's span."""
    visit = current()
    if visit is not None:
        vars(record)[FIELDS] = {**getattr(record, FIELDS, {}), **visit.ids}
    return True


class Seldom(logging.Handler):
    """Passes on one warning in `seconds`, with how many were left out before it.

    A collector that is away would else fill the disk with the same few lines.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        super().__init__(logging.WARNING)
        self._seconds, self._next, self._left_out = seconds, 0.0, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Pass `record` on as a warning of ours, or count it."""
        now = time.monotonic()
        if now < self._next:
            self._left_out += 1
            return
        since = f" ({self._left_out} more since the last)" if self._left_out else ""
        self._next, self._left_out = now + self._seconds, 0
        log.warning("traces: %s%s", record.getMessage(), since)
