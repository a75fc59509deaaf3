"""GET /metrics: what was counted, as Prometheus reads it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.counting.board import NAME_BYTES
from service.counting.metrics import COUNTED, METRICS, REQUESTS
from service.settings import Settings
from tests.fakes import Digit, FakeEngine, fake_digit, fake_version
from tests.scraping import Series, promtool, series, total

ROOT = Path(__file__).parents[2]
PIXELS = "application/octet-stream"


@pytest.fixture
def client(engine: FakeEngine, tmp_path: Path) -> FlaskClient:
    """A client of two versions that only the fake engine can run."""
    for version in (1, 2):
        fake_version(tmp_path, version)
    return create_app(Settings(models_dir=tmp_path, max_batch=8)).test_client()


def scrape(client: FlaskClient) -> dict[Series, float]:
    return series(client.get("/metrics").text)


def ask(client: FlaskClient, *digits: int, query: str = "") -> int:
    body = np.stack([fake_digit(digit) for digit in digits]).tobytes()
    return client.post(
        f"/v1/classify{query}", data=body, content_type=PIXELS
    ).status_code


def test_it_is_prometheus_text(client: FlaskClient) -> None:
    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text.startswith("# HELP mnist_")


def test_promtool_finds_nothing_wrong_with_it(
    models_dir: Path, digits: list[Digit]
) -> None:
    client = create_app(Settings(models_dir=models_dir)).test_client()
    for digit in digits[:5]:
        client.post("/v1/classify", data=digit.encoded, content_type="image/png")
    client.post("/v1/classify", data=b"no picture", content_type="image/png")

    checked = promtool("check", "metrics", text=client.get("/metrics").text)

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_promtool_would_find_a_metric_without_help() -> None:
    checked = promtool("check", "metrics", text="# TYPE a counter\na 1\n")

    assert checked.returncode != 0


def test_requests_are_counted_by_route_dialect_version_and_status(
    client: FlaskClient,
) -> None:
    ask(client, 3)
    ask(client, 3, query="?version=1")
    ask(client, 3, query="?version=9")
    client.get("/livez")

    found = scrape(client)

    def requests(**labels: str) -> float:
        return total(found, "mnist_http_requests_total", **labels)

    classify = {"route": "/v1/classify", "dialect": "classify"}
    assert requests(**classify, version="2", status="200") == 1
    assert requests(**classify, version="1", status="200") == 1
    assert requests(**classify, version="", status="404") == 1
    assert requests(route="/livez", dialect="health", version="", status="200") == 1
    assert requests() == 4


def test_hostile_paths_and_methods_add_no_series(client: FlaskClient) -> None:
    client.get("/nowhere")
    client.open("/v1/classify", method="BREW")
    client.get("/v2/models/a/infer")
    client.get("/v1/models/a")
    client.post("/v2/models/a/versions/1/infer")
    scrape(client)
    before = scrape(client)

    for number in range(30):
        client.get(f"/nowhere/{number}?{number}", headers={"X-Request-ID": str(number)})
        client.open("/v1/classify", method=f"BREW{number}")
        client.get(f"/v2/models/{number}/infer")
        client.get(f"/v1/models/{number}")
        client.post(f"/v2/models/{number}/versions/{number}/infer")

    after = scrape(client)
    assert after.keys() == before.keys()
    assert total(after, "mnist_http_requests_total", route="unmatched") == 93


def test_asking_again_costs_no_more(client: FlaskClient) -> None:
    ask(client, 1)
    scrape(client)
    first = scrape(client)

    for _ in range(50):
        ask(client, 1)

    assert scrape(client).keys() == first.keys()


def test_predictions_are_counted_by_version_and_digit(client: FlaskClient) -> None:
    ask(client, 3, 3, 4)
    ask(client, 3, query="?version=1")

    found = scrape(client)

    def predicted(**labels: str) -> float:
        return total(found, "mnist_predictions_total", **labels)

    assert predicted(version="2", digit="3") == 2
    assert predicted(version="2", digit="4") == 1
    assert predicted(version="1", digit="3") == 1
    assert predicted() == 4


def test_batches_are_counted_by_their_size(client: FlaskClient) -> None:
    for size in (1, 1, 3, 8):
        ask(client, *range(1, size + 1))

    found = scrape(client)

    def up_to(pictures: str) -> float:
        return total(found, "mnist_batch_size_bucket", version="2", le=pictures)

    assert [up_to(size) for size in ("1", "2", "4", "8", "+Inf")] == [2, 2, 3, 4, 4]
    assert total(found, "mnist_batch_size_sum", version="2") == 13


def test_what_was_refused_is_counted_once_by_its_reason(client: FlaskClient) -> None:
    client.post("/v1/classify", data=b"no picture", content_type="image/png")
    client.post("/v1/classify", json={"images": ["AAAA", "AAAA"]})
    client.post("/v1/classify", data=b"{", content_type="application/json")
    client.post("/v1/classify", data=b"", content_type="text/plain")
    ask(client, *[1] * 9)
    client.post("/read", data={"other": "field"}, content_type="multipart/form-data")

    found = scrape(client)

    def refused(reason: str) -> float:
        return total(found, "mnist_rejected_inputs_total", reason=reason)

    assert refused("unreadable-picture") == 3
    assert refused("bad-request") == 2
    assert refused("unsupported-media") == 1
    assert refused("too-large") == 1
    assert total(found, "mnist_rejected_inputs_total") == 7


def test_the_stages_of_a_request_are_told_apart(client: FlaskClient) -> None:
    ask(client, 3)
    client.get("/livez")

    found = scrape(client)

    def seconds(stage: str) -> float:
        return total(found, "mnist_stage_duration_seconds_sum", stage=stage)

    parts = [seconds(stage) for stage in ("receive", "decode", "compute", "encode")]
    whole = total(
        found, "mnist_http_request_duration_seconds_sum", route="/v1/classify"
    )
    assert all(part > 0 for part in parts)
    assert sum(parts) == pytest.approx(whole)
    assert total(found, "mnist_stage_duration_seconds_count") == 4


def test_a_request_that_no_version_answered_has_no_stages(client: FlaskClient) -> None:
    client.post("/v1/classify", data=b"no picture", content_type="image/png")

    assert total(scrape(client), "mnist_stage_duration_seconds_count") == 0


def test_every_dialect_has_its_predictions_and_stages(client: FlaskClient) -> None:
    pixels = (fake_digit(5) / 255).tolist()
    tensor = {"name": "pixels", "shape": [1, 784], "datatype": "FP32", "data": pixels}
    client.post("/v1/models/mnist:predict", json={"instances": [pixels]})
    client.post("/v2/models/mnist/infer", json={"inputs": [tensor]})

    found = scrape(client)

    for dialect in ("tfserving", "openinference"):
        asked = total(found, "mnist_http_requests_total", dialect=dialect, version="2")
        assert asked == 1
    assert total(found, "mnist_predictions_total", digit="5") == 2
    for stage in ("decode", "compute", "encode"):
        assert total(found, "mnist_stage_duration_seconds_count", stage=stage) == 2


def test_the_buckets_of_every_histogram_end_in_its_count(client: FlaskClient) -> None:
    ask(client, 1, 2, 3)
    ask(client, 4)

    found = scrape(client)

    counts = [key for key in found if key[0].endswith("_count")]
    histograms = 0
    for name, labels in counts:
        family = name.removesuffix("_count")
        buckets = [
            value
            for (each, of), value in found.items()
            if each == f"{family}_bucket" and dict(labels).items() <= dict(of).items()
        ]
        histograms += bool(buckets)
        assert buckets == sorted(buckets)
        assert not buckets or buckets[-1] == found[name, labels]
    assert histograms > 5


def test_the_versions_are_told(client: FlaskClient, tmp_path: Path) -> None:
    broken = fake_version(tmp_path, 3)
    (broken / "golden.npz").write_bytes(b"")
    (tmp_path / "mnist" / "labels.json").write_text('{"stable": 1}')

    found = scrape(create_app(Settings(models_dir=tmp_path)).test_client())

    assert total(found, "mnist_ready") == 1
    assert total(found, "mnist_model_loaded") == 2
    assert total(found, "mnist_model_refused", version="3", by="proof") == 1
    assert total(found, "mnist_model_serving") == 1
    assert total(found, "mnist_model_label", label="stable", version="1") == 1


@pytest.mark.usefixtures("engine")
def test_a_version_that_the_gate_refused_is_told_apart(tmp_path: Path) -> None:
    for version in (1, 2):
        fake_version(tmp_path, version)
    (tmp_path / "mnist" / "releases.json").write_text('{"refused": {"2": "worse"}}')

    found = scrape(create_app(Settings(models_dir=tmp_path)).test_client())

    assert total(found, "mnist_model_refused", version="2", by="gate") == 1
    assert total(found, "mnist_model_refused", by="proof") == 0


def test_there_are_as_many_problems_as_version_tells_of(
    client: FlaskClient, tmp_path: Path
) -> None:
    assert total(scrape(client), "mnist_problems") == 0
    labels = '{"stable": 1, "canary": 8, "shadow": 9}'
    (tmp_path / "mnist" / "labels.json").write_text(labels)

    client = create_app(Settings(models_dir=tmp_path)).test_client()

    problems = client.get("/version").get_json()["problems"]
    assert len(problems) == total(scrape(client), "mnist_problems") == 2


def test_without_a_version_it_is_not_ready_and_still_answers(tmp_path: Path) -> None:
    found = scrape(create_app(Settings(models_dir=tmp_path)).test_client())

    assert total(found, "mnist_ready") == 0
    assert total(found, "mnist_build_info", engine="litert") == 1


def test_the_name_of_every_series_fits_on_the_board(client: FlaskClient) -> None:
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]
    longest = max(rules, key=len)

    name = "|".join((REQUESTS.name, longest, "openinference", "999999999", "503"))

    assert len(name) <= NAME_BYTES


def test_names_and_units_are_as_prometheus_has_them() -> None:
    for metric in METRICS:
        assert metric.name.startswith("mnist_")
        assert not metric.name.endswith("_total")
        assert metric.help.endswith(".")
        assert list(metric.bounds) == sorted(set(metric.bounds))
        assert metric.labels == tuple(dict.fromkeys(metric.labels))
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert set(COUNTED) < set(METRICS)


def test_prometheus_client_is_loaded_by_who_is_scraped_and_by_no_other() -> None:
    code = (
        "import sys; from service.app import create_app; "
        "client = create_app().test_client(); "
        "print('prometheus_client' in sys.modules); client.get('/metrics'); "
        "print('prometheus_client' in sys.modules)"
    )

    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert [line for line in told if not line.startswith("{")] == ["False", "True"]
