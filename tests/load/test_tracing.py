"""Traces of the service under real gunicorn, as a collector receives them."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from opentelemetry import trace
from opentelemetry.propagate import inject
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from service.client import Client
from tests.load.clients import asking
from tests.load.collector import (
    INTERNAL,
    SERVER,
    UNSET,
    Collector,
    collecting,
)
from tests.load.server import ROOT, Server, running, wait_until

pytestmark = pytest.mark.slow

SEVEN = (ROOT / "tests/data/digits/7_0.png").read_bytes()
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{CALLER}-01"
PARTS = ["queue", "receive", "decode", "compute", "encode"]


@contextmanager
def traced(
    models_dir: Path, log: Path, endpoint: str, **environ: str
) -> Iterator[Server]:
    """A service of two workers that sends its spans to `endpoint`."""
    variables = {
        "MNIST_OTEL": "1",
        "WORKERS": "2",
        "THREADS": "4",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        **environ,
    }
    with running(models_dir, log, **variables) as server:
        yield server


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def server(
    models_dir: Path, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One that sends each span at once."""
    log = tmp_path_factory.mktemp("tracing") / "log"
    with traced(models_dir, log, collector.url, OTEL_BSP_SCHEDULE_DELAY="50") as server:
        yield server


@pytest.fixture
def seen(collector: Collector, server: Server) -> Collector:
    """The collector, with nothing in it yet."""
    collector.spans.clear()
    return collector


def _classify(
    server: Server, picture: bytes = SEVEN, **headers: str
) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(
        server.url("/v1/classify?top=3"),
        picture,
        headers={"Content-Type": "image/png", **named},
        timeout=60,
    )


def _lines(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.read_text().splitlines()]


def _wait_for(seen: Collector, requests_: int = 1) -> None:
    wait_until(lambda: len(seen.roots) >= requests_, "the spans have come")


def test_the_callers_trace_is_continued_and_its_parts_add_up(
    server: Server, seen: Collector
) -> None:
    answer = _classify(server, traceparent=TRACEPARENT, tracestate="other=1")
    _wait_for(seen)

    (root,) = seen.roots
    assert (root.trace_id, root.parent_id) == (TRACE, CALLER)
    assert root.span.trace_state == "other=1"
    assert root.name == "POST /v1/classify"
    assert root.span.status.code == UNSET
    children = seen.children(root)
    assert [child.name for child in children] == PARTS
    assert {child.trace_id for child in children} == {TRACE}
    assert {child.span.kind for child in children} == {INTERNAL}
    edges = [root.span.start_time_unix_nano]
    for child in children:
        edges += [child.span.start_time_unix_nano, child.span.end_time_unix_nano]
    edges.append(root.span.end_time_unix_nano)
    assert edges == sorted(edges)
    assert edges[2:-3:2] == edges[3:-2:2]  # each begins where the one before ended
    assert answer.json()["version"] == root.attributes["mnist.model.version"]


def test_a_span_tells_of_its_request_by_the_conventions_for_http(
    server: Server, seen: Collector
) -> None:
    answer = _classify(server, User_Agent="me/1")
    _wait_for(seen)

    (root,) = seen.roots
    assert root.span.kind == SERVER
    assert root.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/classify",
        "http.response.status_code": 200,
        "http.response.header.x-request-id": [answer.headers["X-Request-ID"]],
        "url.scheme": "http",
        "url.path": "/v1/classify",
        "url.query": "top=3",
        "client.address": "127.0.0.1",
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "user_agent.original": "me/1",
        "network.protocol.version": "1.1",
        "mnist.model.version": answer.json()["version"],
        "mnist.pictures": 1,
    }
    assert root.resource["service.name"] == "mnist-service"
    assert root.resource["telemetry.sdk.language"] == "python"


def test_without_a_caller_each_request_is_a_trace_of_its_own(
    server: Server, seen: Collector
) -> None:
    _classify(server)
    _classify(server, traceparent="00-xyz-1-01", tracestate="§§")
    _wait_for(seen, 2)

    assert [root.parent_id for root in seen.roots] == ["", ""]
    assert len({root.trace_id for root in seen.roots}) == 2


def test_what_the_caller_does_not_sample_is_not_sent_but_its_ids_are_told(
    server: Server, seen: Collector
) -> None:
    answer = _classify(server, traceparent=f"00-{TRACE}-{CALLER}-00")
    _classify(server, X_Request_ID="later")
    _wait_for(seen)

    (root,) = seen.roots
    assert root.attributes["http.response.header.x-request-id"] == ["later"]
    assert re.search(
        rf'traceparent;desc="00-{TRACE}-\w{{16}}-00"', answer.headers["Server-Timing"]
    )


def test_the_answer_and_the_log_line_name_the_span(
    server: Server, seen: Collector
) -> None:
    answer = _classify(server, X_Request_ID="named")
    _wait_for(seen)

    (root,) = seen.roots
    total, named = answer.headers["Server-Timing"].split(", ")
    assert total.startswith("total;dur=")
    # 03 is sampled and, since Level 2 of the specification, of a random id.
    assert named == f'traceparent;desc="00-{root.trace_id}-{root.span_id}-03"'
    (line,) = [line for line in _lines(server) if line.get("request_id") == "named"]
    assert (line["trace_id"], line["span_id"]) == (root.trace_id, root.span_id)


def test_probes_are_traced_only_for_a_caller_that_traces(
    server: Server, seen: Collector
) -> None:
    requests.get(server.url("/livez"), timeout=60)
    requests.get(
        server.url("/readyz"), headers={"traceparent": TRACEPARENT}, timeout=60
    )
    _wait_for(seen)

    assert [root.name for root in seen.roots] == ["GET /readyz"]
    assert [child.name for child in seen.children(seen.roots[0])] == ["queue"]


def test_what_the_client_did_wrong_is_told_and_is_no_error_of_ours(
    server: Server, seen: Collector
) -> None:
    assert _classify(server, b"hello").status_code == 422
    assert requests.get(server.url("/no/such"), timeout=60).status_code == 404
    assert requests.request("BREW", server.url("/livez"), timeout=60).status_code == 405
    _wait_for(seen, 2)

    refused, missing = seen.roots
    assert refused.attributes["http.response.status_code"] == 422
    assert refused.attributes["mnist.rejected"] == ["unreadable-picture"]
    assert missing.name == "GET"
    assert "http.route" not in missing.attributes
    for root in seen.roots:
        assert root.span.status.code == UNSET
        assert root.events == []
        assert "error.type" not in root.attributes


def test_hostile_requests_cost_no_spans(server: Server, seen: Collector) -> None:
    head = (
        b"BREW /%ff%ED%A0%80?sig=secret&q=%ff HTTP/1.1\r\nHost: x:99999999\r\n"
        b"User-Agent: \xe9\xff\r\nConnection: close\r\n"
        b"traceparent: " + b"0" * 4000 + b"\r\ntracestate: " + b"a=\xff," * 500
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head + b"\r\n\r\n")
        while connection.recv(65536):
            pass
    _classify(server)
    _wait_for(seen, 2)

    hostile, _ = seen.roots
    assert hostile.name == "HTTP"
    assert hostile.attributes["http.request.method"] == "_OTHER"
    assert hostile.attributes["http.request.method_original"] == "BREW"
    assert "secret" not in hostile.attributes["url.query"]


def test_our_client_hands_on_the_trace_it_is_called_in(
    server: Server, seen: Collector
) -> None:
    caller = SpanContext(int(TRACE, 16), int(CALLER, 16), True, TraceFlags(1))

    with (
        trace.use_span(NonRecordingSpan(caller)),
        Client(server.url(""), inject=inject) as client,
    ):
        client.classify(SEVEN)
        client.versions()
    _wait_for(seen, 2)

    assert [root.name for root in seen.roots] == ["POST /v1/classify", "GET /version"]
    assert {(root.trace_id, root.parent_id) for root in seen.roots} == {(TRACE, CALLER)}


def test_both_workers_send_a_span_of_each_request_before_they_end(
    models_dir: Path, tmp_path: Path
) -> None:
    environ = {"OTEL_BSP_SCHEDULE_DELAY": "3600000", "OTEL_BSP_MAX_QUEUE_SIZE": "99999"}
    answered = 0

    with (
        collecting() as collector,
        traced(models_dir, tmp_path / "log", collector.url, **environ) as server,
    ):
        while len(_senders(collector)) < 2 or len(collector.roots) == answered:
            with asking(server.port, SEVEN, digit=7) as score:
                wait_until(lambda: score.right > 100, "the clients are being answered")
            answered += score.right
            assert score.wrong == []
        exit_code = server.stop()

    assert exit_code == 0
    assert len(collector.roots) == answered
    assert len(collector.spans) == answered * (1 + len(PARTS))


def _senders(collector: Collector) -> set[str]:
    """The workers that sent a batch, which they do before they end if it is full."""
    return {seen.resource["service.instance.id"] for seen in list(collector.spans)}


@pytest.mark.parametrize("deaf", [False, True])
def test_a_collector_that_is_away_costs_no_request_and_few_lines(
    models_dir: Path, tmp_path: Path, deaf: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if not deaf:
            listener.close()
        with traced(
            models_dir,
            tmp_path / "log",
            f"http://127.0.0.1:{port}",
            OTEL_BSP_SCHEDULE_DELAY="20",
            OTEL_BSP_MAX_QUEUE_SIZE="64",
            OTEL_BSP_MAX_EXPORT_BATCH_SIZE="16",
            OTEL_EXPORTER_OTLP_TIMEOUT="2",
        ) as server:
            with asking(server.port, SEVEN, digit=7) as score:
                wait_until(lambda: score.right > 600, "the clients are being answered")
            exit_code = server.stop()
            complaints = [
                line
                for line in _lines(server)
                if line["logger"].startswith(("service.tracing", "opentelemetry"))
            ]

    assert score.wrong == []
    assert exit_code == 0
    assert 1 <= len(complaints) <= 2  # one of each worker; the next in a minute
    assert "traces: " in complaints[0]["message"]


def test_told_nothing_the_service_makes_no_traces(
    models_dir: Path, tmp_path: Path
) -> None:
    with (
        collecting() as collector,
        running(
            models_dir,
            tmp_path / "log",
            WORKERS="1",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        ) as server,
    ):
        answer = _classify(server, traceparent=TRACEPARENT)
        maps = [Path(f"/proc/{pid}/maps").read_text() for pid in server.worker_pids()]
        server.stop()

    assert "traceparent" not in answer.headers["Server-Timing"]
    assert collector.spans == []
    assert "trace_id" not in server.log.read_text()
    assert len(maps) == 1
    assert "google/_upb" not in maps[0]  # protobuf, which exporting needs
