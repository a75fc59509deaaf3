"""The profile `watch`, as compose understands it; its images are not started here."""

import os
from importlib import import_module
from typing import Any

import pytest

from tests.compose.containers import find_compose, output

pytestmark = [pytest.mark.slow, pytest.mark.compose]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """What compose makes of the file, with the profile."""
    yaml: Any = import_module("yaml")  # it comes without types
    text = output([*find_compose(), "--profile", "watch", "config"], os.environ)
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_what_watches_has_no_rights_to_lose(
    services: dict[str, Any], name: str
) -> None:
    service = services[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith("0")
    assert service["mem_limit"]
    assert ":" in service["image"]
    assert not service["image"].endswith(":latest")


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_what_watches_is_reached_from_this_machine_alone(
    services: dict[str, Any], name: str
) -> None:
    (port,) = services[name]["ports"]

    host = port["host_ip"] if isinstance(port, dict) else port.rsplit(":", 2)[0]
    assert host == "127.0.0.1"


def test_nothing_watches_unless_it_is_asked_for() -> None:
    plain = output([*find_compose(), "config", "--services"], os.environ)
    compose = [*find_compose(), "--profile", "watch"]

    watched = output([*compose, "config", "--services"], os.environ)

    assert {"prometheus", "grafana"} <= set(watched.split())
    assert "service" in plain.split()
