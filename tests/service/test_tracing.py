"""Traces without a server around: settings, failures, and what is logged of them."""

import logging
import os
import runpy
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service import settings as settings_module
from service.app import create_app
from service.cli import serve
from service.errors import SettingsError
from service.settings import ServerSettings, Settings
from service.tracing import Tracing, check
from service.tracing.lines import Seldom, stamp
from tests.fakes import FakeEngine, fake_digit, fake_version
from tests.load.collector import ERROR, Collector, collecting

CONFIG = Path(settings_module.__file__).parent / "gunicorn.conf.py"

SEVEN = fake_digit(7).tobytes()

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that pass for good would else turn this process into gunicorn."""

    def start(*_: object) -> None:
        raise AssertionError("it started")

    monkeypatch.setattr(os, "execv", start)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


@pytest.fixture
def tracing(collector: Collector) -> Iterator[Tracing]:
    tracing = Tracing()
    yield tracing
    tracing.stop()


@pytest.fixture
def traced(tracing: Tracing, engine: FakeEngine, tmp_path: Path) -> FlaskClient:
    """A client of the application over `engine`, each request of which is traced."""
    fake_version(tmp_path)
    settings = Settings(models_dir=tmp_path)
    app = create_app(settings, traces=tracing)
    return app.test_client()


def test_a_failure_is_recorded_whatever_its_message_is_made_of(
    traced: FlaskClient,
    tracing: Tracing,
    collector: Collector,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("half a pair: \ud800")

    monkeypatch.setattr(engine, "predict", fail)

    answer = traced.post(
        "/v1/classify", data=SEVEN, content_type="application/octet-stream"
    )
    tracing.stop()

    assert answer.status_code == 500
    (root,) = collector.roots
    assert root.span.status.code == ERROR
    assert root.attributes["error.type"] == "RuntimeError"
    assert root.attributes["http.response.status_code"] == 500
    (event,) = root.events
    assert event["exception.message"] == "half a pair: ?"
    assert 'raise RuntimeError("half a pair' in event["exception.stacktrace"]
    names = [child.name for child in collector.children(root)]
    assert names == ["receive", "decode"]


def test_a_service_without_a_model_says_in_its_spans_why_it_failed(
    tracing: Tracing, collector: Collector, tmp_path: Path
) -> None:
    settings = Settings(models_dir=tmp_path)
    client = create_app(settings, traces=tracing).test_client()

    answer = client.post(
        "/v1/classify", data=SEVEN, content_type="application/octet-stream"
    )
    tracing.stop()

    assert answer.status_code == 503
    (root,) = collector.roots
    assert root.span.status.code == ERROR
    assert root.attributes["error.type"] == "service.errors.NotReady"
    (event,) = root.events
    assert event["exception.type"] == "service.errors.NotReady"
    assert "Traceback" in event["exception.stacktrace"]


def test_a_batch_tells_how_many_pictures_the_network_was_asked_about(
    traced: FlaskClient, tracing: Tracing, collector: Collector
) -> None:
    traced.post("/v1/classify", data=SEVEN * 5, content_type="application/octet-stream")
    tracing.stop()

    (root,) = collector.roots
    assert root.attributes["mnist.pictures"] == 5


def test_a_request_leaves_nothing_behind_for_the_next(
    traced: FlaskClient, tracing: Tracing
) -> None:
    traced.get("/version")

    record = logging.LogRecord("a", logging.INFO, "", 1, "later", (), None)
    assert stamp(record)
    assert not hasattr(record, "fields")


def test_it_speaks_under_the_name_that_it_is_given(
    monkeypatch: pytest.MonkeyPatch, collector: Collector
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "digits")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")

    named = Tracing()
    named.begin("one", {}, {}).end()
    named.stop()

    (seen,) = collector.spans
    assert seen.resource["service.name"] == "digits"
    assert seen.resource["deployment.environment"] == "test"


def test_how_much_is_sampled_is_opentelemetrys_own_setting(
    monkeypatch: pytest.MonkeyPatch, collector: Collector
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")

    sampling = Tracing()
    sampling.begin("one", {}, {}).end()
    sampling.stop()

    assert collector.spans == []


def test_stopping_gives_up_on_a_collector_that_never_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sending, answered = threading.Event(), threading.Event()

    def shutdown(_: object) -> None:
        sending.set()
        answered.wait()

    monkeypatch.setattr("opentelemetry.sdk.trace.TracerProvider.shutdown", shutdown)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")

    Tracing().stop(seconds=0.01)

    assert sending.wait(60)
    assert not answered.is_set()
    answered.set()


def test_what_opentelemetry_repeats_is_logged_once_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    library = logging.Logger("opentelemetry.test")
    library.addHandler(Seldom(seconds=3600))
    patient = logging.Logger("opentelemetry.test")
    patient.addHandler(seldom := Seldom(seconds=0))

    for number in range(1000):
        library.warning("no connection, try %d", number)
    seldom._left_out = 7
    patient.error("refused")

    assert caplog.messages == [
        "traces: no connection, try 0",
        "traces: refused (7 more since the last)",
    ]


@pytest.mark.parametrize("value", ["", "0"])
def test_traces_are_off_unless_asked_for(value: str) -> None:
    assert not ServerSettings.from_env({"MNIST_OTEL": value}).otel


def test_any_other_word_for_on_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"MNIST_OTEL='yes': expected one of 0, 1"):
        ServerSettings.from_env({"MNIST_OTEL": "yes"})


@pytest.mark.parametrize(
    "missing", ["opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"]
)
def test_without_its_packages_the_start_stops_and_says_what_to_do(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setenv("MNIST_OTEL", "1")

    with pytest.raises(SystemExit) as ended:
        serve.main([])

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("mnist-serve: MNIST_OTEL='1': expected OpenTelemetry")
    assert "pip install '.[otel]'" in said


def test_without_any_of_opentelemetry_it_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("service.settings.find_spec", none)

    with pytest.raises(SettingsError, match="pip install"):
        ServerSettings.from_env({"MNIST_OTEL": "1"})


BAD = [
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http://localhost:4318"),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://[", "http://localhost:4318"),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "expected http/protobuf"),
    ("OTEL_TRACES_EXPORTER", "zipkin", "expected otlp or none"),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "lzma", "lzma"),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "soon"),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file", "/no/such/file"),
    ("OTEL_TRACES_SAMPLER", "sometimes", "sometimes"),
    ("OTEL_TRACES_SAMPLER", "traceidratio", "TRACES_SAMPLER_ARG"),
    ("OTEL_BSP_SCHEDULE_DELAY", "soon", "OTEL_BSP_SCHEDULE_DELAY"),
    ("OTEL_BSP_MAX_QUEUE_SIZE", "1", "max_export_batch_size"),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "few", "few"),
]


@pytest.mark.parametrize(("variable", "value", "said"), BAD)
def test_a_bad_setting_of_opentelemetrys_stops_the_start_with_a_sentence(
    variable: str,
    value: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
) -> None:
    monkeypatch.setenv("MNIST_OTEL", "1")
    monkeypatch.setenv(variable, value)

    with pytest.raises(SystemExit) as ended:
        serve.main([])

    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("mnist-serve: ")
    assert "OTEL_" in err
    assert said in err
    assert len(err.splitlines()) == 1


def test_gunicorns_configuration_stops_for_it_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MNIST_OTEL", "1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")

    with pytest.raises(SystemExit, match="OTEL_EXPORTER_OTLP_PROTOCOL='grpc'"):
        runpy.run_path(str(CONFIG))


GOOD: list[Callable[[pytest.MonkeyPatch], None]] = [
    lambda patch: patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://[::1]:4318/x"),
    lambda patch: patch.setenv("OTEL_TRACES_EXPORTER", "none"),
    lambda patch: patch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off"),
    lambda patch: patch.setenv("OTEL_SDK_DISABLED", "true"),
]


@pytest.mark.parametrize("setting", GOOD)
def test_what_opentelemetry_allows_is_allowed_and_needs_no_collector(
    setting: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(monkeypatch)

    check()
