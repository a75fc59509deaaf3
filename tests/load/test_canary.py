"""Canary and shadow under real gunicorn: two workers choose and count as one."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from service.serving.routing import Share
from tests.load.publishing import label
from tests.load.server import ROOT, Server, running, wait_until
from tests.scraping import Series, series, total

pytestmark = pytest.mark.slow

SEVEN = (ROOT / "tests/data/digits/7_0.png").read_bytes()
SHARE = Share("canary", 30)
IDS = [f"request-{number}" for number in range(60)]


@dataclass(frozen=True)
class Answer:
    """Which version answered, and for the sake of which label."""

    version: int
    canary: str | None


@pytest.fixture(scope="module")
def home(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model: version 1 is stable, 2 may be canary and shadow."""
    home = tmp_path_factory.mktemp("models") / "mnist"
    shutil.copytree(models_dir / "mnist", home)
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    label(home, stable=1, canary=2, beside=2)
    environ = {"WORKERS": "2", "THREADS": "2", "MNIST_RELOAD_SECONDS": "0.2"}
    environ |= {"MNIST_CANARY": str(SHARE), "MNIST_SHADOW": "beside"}
    with running(home.parent, home.parent / "log", **environ) as server:
        yield server


def ask(server: Server, name: str) -> Answer:
    """Over a connection of its own, so that either worker may answer."""
    answer = requests.post(
        server.url("/v1/classify"),
        SEVEN,
        headers={"Content-Type": "image/png", "X-Request-ID": name},
        timeout=60,
    )
    document = answer.json()
    assert document["predictions"][0]["digit"] == 7
    assert answer.headers.get("X-MNIST-Canary") == document.get("canary")
    return Answer(document["version"], document.get("canary"))


def expected(name: str) -> Answer:
    return Answer(2, "canary") if SHARE.has(name) else Answer(1, None)


def scrape(server: Server) -> dict[Series, float]:
    return series(requests.get(server.url("/metrics"), timeout=60).text)


def test_both_workers_send_the_same_requests_to_the_canary(server: Server) -> None:
    before = scrape(server)

    for name in IDS * 2:
        assert ask(server, name) == expected(name)

    after, inside = scrape(server), sum(map(SHARE.has, IDS))
    counted = [
        total(found, "mnist_canary_requests_total", label="canary", version="2")
        for found in (before, after)
    ]
    assert counted[1] - counted[0] == 2 * inside
    assert 0 < inside < len(IDS)


def test_what_the_default_reads_is_read_along_in_both_workers(server: Server) -> None:
    def counted() -> tuple[float, float]:
        found = scrape(server)
        read = total(found, "mnist_predictions_total", version="1")
        name = "mnist_shadow_pictures_total"
        return read, total(found, name, version="2", result="agree")

    for name in IDS:
        ask(server, name)

    wait_until(lambda: counted()[0] == counted()[1] > 0, "all is read along")


def test_a_label_that_goes_takes_its_share_along_and_brings_it_back(
    server: Server, home: Path
) -> None:
    inside = next(filter(SHARE.has, IDS))

    label(home, stable=1)
    wait_until(lambda: ask(server, inside) == Answer(1, None), "it is the default's")
    found = {ask(server, name) for name in IDS}
    label(home, stable=1, canary=2)
    wait_until(lambda: ask(server, inside) == expected(inside), "it is the canary's")

    assert found == {Answer(1, None)}
    assert "MNIST_CANARY=canary:30 is without effect" in server.log.read_text()


def test_a_server_with_a_shadow_stops_as_one_without(server: Server) -> None:
    ask(server, IDS[0])

    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()
