"""The rules and the dashboard: valid, tested, and of metrics that there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.counting.metrics import METRICS, Metric
from tests.scraping import promtool

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
RULES = PROMETHEUS / "rules.yml"
DASHBOARD = ROOT / "deploy/grafana/dashboards/mnist.json"
SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
    "summary": ("_sum", "_count"),
}
SELECTOR = re.compile(r"\b(mnist[_:][a-z0-9_:]+)(?:\{([^}]*)\})?")
ALWAYS = {"job", "instance"}


@pytest.fixture(scope="module")
def exported() -> dict[str, Metric]:
    """Every series name that /metrics may have, and what it is of."""
    return {
        f"{metric.name}{suffix}": metric
        for metric in METRICS
        for suffix in SUFFIXES[metric.kind]
    }


@pytest.fixture(scope="module")
def recorded() -> set[str]:
    """What the rules themselves record."""
    return set(re.findall(r"record: (\S+)", RULES.read_text()))


def dashboard() -> Any:
    return json.loads(DASHBOARD.read_text())


def asked_by_rules() -> Iterator[str]:
    """Every expression of the rules."""
    text = RULES.read_text()
    for found in re.finditer(r"expr: (?:>-\n((?: {10}.*\n)+)|(.*))", text):
        yield " ".join((found[1] or found[2]).split())


def asked_by_dashboard() -> Iterator[str]:
    """Every expression of the dashboard, and of its variables."""
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (each["definition"] for each in dashboard()["templating"]["list"])


def test_promtool_takes_the_configuration() -> None:
    checked = promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_promtool_takes_the_rules_and_they_do_what_they_should() -> None:
    checked = promtool("check", "rules", "--lint-fatal", str(RULES))
    tested = promtool("test", "rules", str(PROMETHEUS / "rules_test.yml"))

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_tested_where_it_fires_and_where_it_does_not() -> None:
    alerts = re.findall(r"alert: (\w+)", RULES.read_text())
    tests = (PROMETHEUS / "rules_test.yml").read_text()

    assert len(alerts) >= 7
    for alert in alerts:
        assert re.search(rf"alertname: {alert}, exp_alerts: \[\]", tests), alert
        assert re.search(rf"alertname: {alert}\n +exp_alerts:\n", tests), alert


def test_a_rule_that_fires_wrongly_is_found_out(tmp_path: Path) -> None:
    wrong = RULES.read_text().replace("mnist_ready == 0", "mnist_ready == 1")
    (tmp_path / "rules.yml").write_text(wrong)
    tests = (PROMETHEUS / "rules_test.yml").read_text()
    (tmp_path / "rules_test.yml").write_text(tests)

    tested = promtool("test", "rules", str(tmp_path / "rules_test.yml"))

    assert tested.returncode != 0


@pytest.mark.parametrize("asked", [asked_by_rules, asked_by_dashboard])
def test_every_metric_that_is_asked_for_is_exported(
    exported: dict[str, Metric], recorded: set[str], asked: Any
) -> None:
    selectors = [found for text in asked() for found in SELECTOR.finditer(text)]

    assert len(selectors) > 8
    for found in selectors:
        name, labels = found[1], set(re.findall(r"(\w+)\s*[=!]~?", found[2] or ""))
        assert name in exported.keys() | recorded, name
        known = set(exported[name].labels) if name in exported else set()
        assert labels <= known | ALWAYS | {"le"}, found[0]


def test_prometheus_understands_every_expression_of_the_dashboard(
    tmp_path: Path,
) -> None:
    expressions = [
        expression.replace("$__rate_interval", "1m")
        for expression in asked_by_dashboard()
        if not expression.startswith("label_values")
    ]
    rules = [
        {"record": f"panel:{number}", "expr": expression}
        for number, expression in enumerate(expressions)
    ]
    file = tmp_path / "panels.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))

    checked = promtool("check", "rules", str(file))

    assert len(rules) > 20
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dashboard_is_whole() -> None:
    panels = dashboard()["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    places = [tuple(panel["gridPos"].values()) for panel in panels]
    for number, (x, y, width, height) in enumerate(places):
        assert x + width <= 24
        for other_x, other_y, other_width, other_height in places[:number]:
            apart_across = x >= other_x + other_width or other_x >= x + width
            apart_down = y >= other_y + other_height or other_y >= y + height
            assert apart_across or apart_down
    source = (
        ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml"
    ).read_text()
    uids = {panel["datasource"]["uid"] for panel in panels}
    assert uids == set(re.findall(r"uid: (\S+)", source))
