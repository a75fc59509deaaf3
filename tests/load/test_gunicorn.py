"""The service under real gunicorn: it drains, it reloads, it replaces workers."""

import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from service.artifact import read_manifest, write_manifest
from tests.load.clients import asking
from tests.load.server import ROOT, Server, running, wait_until

pytestmark = pytest.mark.slow

SEVEN = (ROOT / "tests/data/digits/7_0.png").read_bytes()


@pytest.fixture
def server(models_dir: Path, tmp_path: Path) -> Iterator[Server]:
    with running(models_dir, tmp_path / "log", WORKERS="2", THREADS="4") as server:
        yield server


def test_stopping_under_load_loses_no_accepted_request(server: Server) -> None:
    with asking(server.port, SEVEN, digit=7) as score:
        wait_until(lambda: score.right > 200, "the clients are being answered")
        exit_code = server.stop()

    assert exit_code == 0
    assert score.wrong == []


def test_reloading_under_load_loses_no_request(server: Server) -> None:
    before = server.worker_pids()

    with asking(server.port, SEVEN, digit=7) as score:
        wait_until(lambda: score.right > 200, "the clients are being answered")
        server.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: (
                len(server.worker_pids()) == 2 and not server.worker_pids() & before
            ),
            "both workers are new",
        )
        answered = score.right
        wait_until(lambda: score.right > answered + 200, "the new workers answer")

    assert score.wrong == []
    assert score.refused == 0


def test_a_killed_worker_is_replaced_and_the_other_answers(server: Server) -> None:
    victim = min(server.worker_pids())

    os.kill(victim, signal.SIGKILL)
    answer = _classify(server)

    assert answer.json()["predictions"][0]["digit"] == 7
    wait_until(lambda: len(server.worker_pids() - {victim}) == 2, "there are two again")


def test_a_reload_serves_the_version_published_meanwhile(
    models_dir: Path, tmp_path: Path
) -> None:
    shutil.copytree(models_dir / "mnist" / "1", tmp_path / "mnist" / "1")

    with running(tmp_path, tmp_path / "log", WORKERS="1") as server:
        published = tmp_path / "mnist" / "2"
        shutil.copytree(tmp_path / "mnist" / "1", published)
        write_manifest(published, replace(read_manifest(published), version=2))
        server.process.send_signal(signal.SIGHUP)

        wait_until(lambda: _classify(server).json()["version"] == 2, "2 answers")


def test_the_tensorflow_engine_answers_under_workers_and_threads(
    models_dir: Path, tmp_path: Path
) -> None:
    environ = {"MNIST_ENGINE": "tensorflow", "WORKERS": "2", "THREADS": "4"}

    with (
        running(models_dir, tmp_path / "log", **environ) as server,
        asking(server.port, SEVEN, digit=7) as score,
    ):
        wait_until(lambda: score.right > 400, "the clients are being answered")

    assert score.wrong == []


def _classify(server: Server) -> requests.Response:
    return requests.post(
        server.url("/v1/classify"),
        SEVEN,
        headers={"Content-Type": "image/png"},
        timeout=60,
    )


def test_a_body_that_is_not_read_to_its_end_closes_the_connection_and_says_so(
    server: Server,
) -> None:
    with requests.Session() as session:
        for _ in range(10):
            refused = session.post(server.url("/v1/clasify"), data=bytes(300_000))
            answered = session.post(
                server.url("/v1/classify"),
                data=SEVEN,
                headers={"Content-Type": "image/png"},
            )

            assert (refused.status_code, answered.status_code) == (404, 200)
            assert refused.headers["Connection"] == "close"
            assert answered.headers["Connection"] == "keep-alive"
