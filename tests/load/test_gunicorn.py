"""The service under real gunicorn: it drains, it looks anew, it replaces workers."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.load.clients import asking
from tests.load.publishing import publish
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


def test_a_killed_worker_is_replaced_and_the_other_answers(server: Server) -> None:
    victim = min(server.worker_pids())

    os.kill(victim, signal.SIGKILL)
    answer = _classify(server)

    assert answer.json()["predictions"][0]["digit"] == 7
    wait_until(lambda: len(server.worker_pids() - {victim}) == 2, "there are two again")


def test_a_service_that_does_not_look_by_itself_does_so_when_hung_up(
    models_dir: Path, tmp_path: Path
) -> None:
    home = _home(tmp_path)
    publish(models_dir / "mnist" / "1", home, 1)
    environ = {"WORKERS": "1", "MNIST_RELOAD_SECONDS": "0"}

    with running(tmp_path, tmp_path / "log", **environ) as server:
        publish(models_dir / "mnist" / "1", home, 2)
        time.sleep(0.5)  # ten times as long as a worker sleeps between two looks
        unasked = _classify(server).json()["version"]
        server.process.send_signal(signal.SIGHUP)

        wait_until(lambda: _classify(server).json()["version"] == 2, "2 answers")
    assert unasked == 1


def test_the_only_worker_takes_what_is_there_when_it_is_replaced(
    models_dir: Path, tmp_path: Path
) -> None:
    home = _home(tmp_path)
    for number in (1, 2):
        publish(models_dir / "mnist" / str(number), home, number)
    environ = {"WORKERS": "1", "MNIST_RELOAD_SECONDS": "0.2"}

    with running(tmp_path, tmp_path / "log", **environ) as server:
        shutil.rmtree(home / "2")
        wait_until(lambda: "version 2 is gone" in server.log.read_text(), "2 is gone")
        from_memory = _classify(server).json()["version"]
        os.kill(min(server.worker_pids()), signal.SIGKILL)
        wait_until(server.is_ready, "another worker is ready")
        from_disk = _classify(server).json()["version"]

    assert (from_memory, from_disk) == (2, 1)


def test_a_new_worker_has_what_was_proved_before_the_first_one_started(
    models_dir: Path, tmp_path: Path
) -> None:
    home = _home(tmp_path)
    publish(models_dir / "mnist" / "1", home, 1)
    environ = {"WORKERS": "2", "MNIST_RELOAD_SECONDS": "0.2"}

    with running(tmp_path, tmp_path / "log", **environ) as server:
        wait_until(lambda: _serving(server) == 2, "both workers serve")
        shutil.rmtree(home / "1")
        os.kill(min(server.worker_pids()), signal.SIGKILL)
        wait_until(lambda: _serving(server) == 3, "the new worker serves too")
        answers = [_classify(server) for _ in range(20)]

    assert [answer.json()["version"] for answer in answers] == [1] * 20


def test_a_new_worker_that_cannot_have_what_serves_lets_the_others_serve_on(
    models_dir: Path, tmp_path: Path
) -> None:
    home = _home(tmp_path)
    for number in (1, 2):
        publish(models_dir / "mnist" / str(number), home, number)
    environ = {"WORKERS": "2", "MNIST_RELOAD_SECONDS": "0.2", "MNIST_POLICY": "latest"}

    with running(tmp_path, tmp_path / "log", **environ) as server:
        publish(models_dir / "mnist" / "1", home, 3)
        wait_until(lambda: _classify(server).json()["version"] == 3, "3 answers")
        for number in (1, 2, 3):
            shutil.rmtree(home / str(number))
        os.kill(min(server.worker_pids()), signal.SIGKILL)
        wait_until(
            lambda: "cannot load version 3" in server.log.read_text(),
            "the new worker says so",
        )
        answers = [_classify(server) for _ in range(20)]
        publish(models_dir / "mnist" / "2", home, 4)
        wait_until(lambda: _classify(server).json()["version"] == 4, "4 answers")

    assert [answer.json()["version"] for answer in answers] == [3] * 20


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


def _home(models_dir: Path) -> Path:
    """The empty folder of a model that has no versions yet."""
    home = models_dir / "mnist"
    home.mkdir()
    return home


def _serving(server: Server) -> int:
    """How many workers have come to serve since the start."""
    return server.log.read_text().count("serves from generation")


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
