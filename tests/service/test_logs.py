"""Each request has an id and one log line, which is JSON."""

import json
import logging
import subprocess
import sys

import pytest
from flask.testing import FlaskClient

from service import logs


@pytest.mark.parametrize(
    "asked", ["abc", "550e8400-e29b-41d4-a716-446655440000", "a.b_c:d/e+f=", "x" * 128]
)
def test_a_plain_id_of_the_clients_own_is_kept(client: FlaskClient, asked: str) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": asked})

    assert answer.headers["X-Request-ID"] == asked


@pytest.mark.parametrize("asked", ["", "a b", "x" * 129, "<script>", "é", '"', "a\tb"])
def test_any_other_id_is_replaced(client: FlaskClient, asked: str) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": asked})

    assert len(bytes.fromhex(answer.headers["X-Request-ID"])) == 8


def test_ids_differ(client: FlaskClient) -> None:
    ids = {client.get("/livez").headers["X-Request-ID"] for _ in range(20)}

    assert len(ids) == 20


def test_a_request_leaves_one_line_that_says_what_became_of_it(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "service")

    answer = client.post(
        "/v1/classify?top=3",
        data=b"hello",
        content_type="image/png",
        headers={"X-Request-ID": "mine"},
    )

    (record,) = caplog.records
    line = json.loads(logs.JsonFormatter().format(record))
    assert 0 < line.pop("milliseconds") < 60_000
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "service.api.requests",
        "message": "request",
        "request_id": "mine",
        "method": "POST",
        "path": "/v1/classify",
        "status": 422,
        "received_bytes": 5,
        "sent_bytes": len(answer.data),
        "client": "127.0.0.1",
    }


def test_probes_are_heard_at_level_debug_only(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "service")

    client.get("/livez")
    client.get("/readyz")
    client.get("/version")

    levels = [record.levelno for record in caplog.records]
    assert levels == [logging.DEBUG, logging.DEBUG, logging.INFO]


def _record(message: str, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("a.b", logging.WARNING, "", 1, message, (), None)
    vars(record).update(extra)
    return record


def test_a_message_stays_on_its_line() -> None:
    text = logs.JsonFormatter().format(_record('two\nlines "quoted" \u2028 \ud800'))

    assert text.isprintable()
    assert json.loads(text)["message"] == 'two\nlines "quoted" \u2028 \ud800'


def test_a_field_of_any_type_is_written() -> None:
    text = logs.JsonFormatter().format(_record("x", fields={"path": ValueError("y")}))

    assert json.loads(text)["path"] == "y"


@pytest.mark.parametrize(
    "value", [2**70, "caf\u00e9", "\ud800", {"1": [True, None, 0.5]}]
)
def test_a_field_comes_back_as_it_was_and_its_line_is_ascii(value: object) -> None:
    text = logs.JsonFormatter().format(_record("x", fields={"field": value}))

    assert text.isascii()
    assert json.loads(text)["field"] == value


def test_a_traceback_is_part_of_the_line() -> None:
    try:
        raise RuntimeError("why")
    except RuntimeError:
        text = logs.JsonFormatter().format(_record("x", exc_info=sys.exc_info()))

    assert text.isprintable()
    assert json.loads(text)["exception"].endswith("RuntimeError: why")


SPEAK = """
import logging.config
from service import logs
logging.config.dictConfig(logs.config("warning"))
logging.getLogger("gunicorn.error").warning("heard")
logging.getLogger("gunicorn.error").info("not heard")
"""


def test_the_configuration_writes_json_from_its_level_up() -> None:
    # In a process of its own: it closes the handlers that others have set up.
    spoken = subprocess.run(
        [sys.executable, "-c", SPEAK], capture_output=True, check=True
    )

    (line,) = spoken.stdout.splitlines()
    assert json.loads(line)["message"] == "heard"
