"""One JSON object a line: what was asked, what was answered, how long it took."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import orjson

FIELDS = "fields"
"""The key of `extra` under which a record carries more than its message."""


class JsonFormatter(logging.Formatter):
    """Renders a record as one line of JSON, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: time (UTC, ISO 8601), level, logger, message, and fields."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return _line(document)


def _line(document: dict[str, Any]) -> str:
    """As ASCII, which no terminal and no collector stumbles over."""
    try:
        return orjson.dumps(document, default=str).decode("ascii")
    except (TypeError, UnicodeDecodeError):  # lone surrogates, large numbers; others
        return json.dumps(document, default=str, separators=(",", ":"))


def config(level: str) -> dict[str, Any]:
    """A logging configuration: JSON lines to standard output from `level` up."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "service.logs.JsonFormatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stdout",
            }
        },
        "root": {"level": level.upper(), "handlers": ["stdout"]},
        "loggers": {"gunicorn.error": {"handlers": [], "propagate": True}},
    }
