"""Counts under real gunicorn: right across workers, their deaths and reloads."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from service.artifact import read_manifest, write_manifest
from tests.load.clients import CLIENTS
from tests.load.server import ROOT, Server, running, wait_until
from tests.scraping import Series, promtool, series, total

pytestmark = pytest.mark.slow

SEVEN = (ROOT / "tests/data/digits/7_0.png").read_bytes()
EACH = 100


@pytest.fixture
def server(models_dir: Path, tmp_path: Path) -> Iterator[Server]:
    with running(models_dir, tmp_path / "log", WORKERS="2", THREADS="2") as server:
        yield server


def scrape(server: Server) -> dict[Series, float]:
    return series(requests.get(server.url("/metrics"), timeout=60).text)


def classified(found: dict[Series, float]) -> float:
    return total(found, "mnist_http_requests_total", route="/v1/classify", status="200")


def ask(server: Server, times: int) -> None:
    with requests.Session() as session:
        for _ in range(times):
            answer = session.post(
                server.url("/v1/classify"),
                SEVEN,
                headers={"Content-Type": "image/png"},
                timeout=60,
            )
            assert answer.status_code == 200


def ask_from_everywhere(server: Server) -> None:
    clients = [
        threading.Thread(target=ask, args=(server, EACH)) for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()


def test_no_request_is_lost_or_counted_twice_by_any_worker(server: Server) -> None:
    ask_from_everywhere(server)

    answers = [scrape(server) for _ in range(8)]  # of either worker

    asked = CLIENTS * EACH
    for found in answers:
        assert classified(found) == asked
        assert total(found, "mnist_predictions_total", digit="7") == asked
        for stage in ("queue", "receive", "decode", "compute", "encode"):
            name = "mnist_stage_duration_seconds_count"
            assert total(found, name, stage=stage) == asked
        for name in ("confidence_ratio", "typicality_ratio"):
            assert total(found, f"mnist_{name}_count", version="2") == asked
        assert total(found, "mnist_batch_size_sum", version="2") == asked
        assert total(found, "mnist_workers") == 2
    scrapes = [
        total(found, "mnist_http_requests_total", route="/metrics") for found in answers
    ]
    assert scrapes == list(range(8))


def test_counts_outlive_a_killed_worker_and_a_reload(server: Server) -> None:
    ask(server, 50)
    before = scrape(server)
    first = server.worker_pids()

    os.kill(min(first), signal.SIGKILL)
    _wait_for(server, lambda pids: len(pids) == 2 and min(first) not in pids)
    after_death = scrape(server)
    server.process.send_signal(signal.SIGHUP)
    ask(server, 50)
    after_reload = scrape(server)

    seen = [classified(found) for found in (before, after_death, after_reload)]
    assert seen == [50, 50, 100]
    assert before.keys() <= after_death.keys() <= after_reload.keys()
    assert _workers(before) == [2, 0, 0]
    assert _workers(after_death) == [3, 0, 1]
    assert _workers(after_reload) == [3, 0, 1]
    assert total(after_reload, "mnist_workers") == 2


def test_a_worker_that_is_told_to_end_is_no_accident(server: Server) -> None:
    told = min(server.worker_pids())

    os.kill(told, signal.SIGTERM)
    _wait_for(server, lambda pids: len(pids) == 2 and told not in pids)

    assert _workers(scrape(server)) == [3, 1, 0]


def test_swaps_and_refusals_are_told(models_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "models" / "mnist"
    shutil.copytree(models_dir / "mnist" / "1", home / "1")

    with running(tmp_path / "models", tmp_path / "log", WORKERS="2") as server:
        published = home / "2"
        shutil.copytree(home / "1", tmp_path / "2")
        write_manifest(tmp_path / "2", replace(read_manifest(home / "1"), version=2))
        (tmp_path / "2").rename(published)
        wait_until(
            lambda: total(scrape(server), "mnist_model_serving", version="2") == 1,
            "2 serves",
        )
        shutil.copytree(home / "1", tmp_path / "3")
        (tmp_path / "3").rename(home / "3")  # says that it is 1
        wait_until(
            lambda: total(scrape(server), "mnist_model_refused", version="3") == 1,
            "3 is refused",
        )
        found = scrape(server)

    assert total(found, "mnist_swap_duration_seconds_count") >= 1
    assert total(found, "mnist_swap_duration_seconds_sum") > 0
    assert total(found, "mnist_model_refusals_total") == 1
    assert total(found, "mnist_model_loaded") == 2


def test_promtool_finds_nothing_wrong_with_what_a_server_tells(
    server: Server,
) -> None:
    ask(server, 3)

    text = requests.get(server.url("/metrics"), timeout=60).text
    checked = promtool("check", "metrics", text=text)

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_a_request_that_waits_for_a_thread_is_told_to_have_waited(
    models_dir: Path, tmp_path: Path
) -> None:
    with running(models_dir, tmp_path / "log", WORKERS="1", THREADS="1") as server:
        ask_from_everywhere(server)

        found = scrape(server)

    name = "mnist_stage_duration_seconds_sum"
    assert total(found, name, stage="queue") > total(found, name, stage="encode")


def _wait_for(server: Server, condition: Callable[[set[int]], bool]) -> None:
    wait_until(lambda: condition(server.worker_pids()), "there are other workers")
    wait_until(server.is_ready, "they answer")


def _workers(found: dict[Series, float]) -> list[float]:
    """How many were started, how many ended as asked, and how many otherwise."""
    ends = [
        total(found, "mnist_worker_ends_total", how=how) for how in ("asked", "unasked")
    ]
    return [total(found, "mnist_worker_starts_total"), *ends]
