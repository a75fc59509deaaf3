"""What docker-compose.yml and the two Dockerfiles promise, with a real engine."""

import http.client
import json
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.compose.containers import Containers, docker
from tests.fakes import Digit

pytestmark = [pytest.mark.slow, pytest.mark.compose]

BASE = "python:3.11-slim-bookworm"
MEGABYTE = 1_000_000


def test_the_service_reads_real_digits_from_outside(
    containers: Containers, digits: list[Digit]
) -> None:
    answers = [classify(containers, digit) for digit in digits]

    right = [
        answer == digit.label for answer, digit in zip(answers, digits, strict=True)
    ]
    assert sum(right) >= 0.9 * len(digits)


def test_the_service_listens_on_the_loopback_interface_alone(
    containers: Containers,
) -> None:
    published = containers.run("port", "service", "8000").strip()

    assert published == f"127.0.0.1:{containers.port}"


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/style.css"])
def test_the_service_image_brings_its_documentation(
    containers: Containers, path: str
) -> None:
    answer = requests.get(f"{containers.url}{path}", timeout=30)

    assert answer.status_code == 200


@pytest.mark.parametrize("module", ["tensorflow", "keras", "training", "pip"])
def test_the_service_image_lacks(containers: Containers, module: str) -> None:
    for python in ("python", "/usr/bin/env -i /usr/bin/python3"):
        tried = containers.inside(f"{python} -c 'import {module}'")

        assert tried.returncode != 0


def test_the_service_image_adds_at_most_200_megabytes_to_its_base(
    containers: Containers,
) -> None:
    added = size(containers.inspect(".Image")) - size(BASE)

    assert added <= 200 * MEGABYTE


def test_the_service_has_no_rights_to_lose(containers: Containers) -> None:
    status = containers.inside("cat /proc/1/status").stdout
    fields = dict(line.split(":", 1) for line in status.splitlines())

    assert set(fields["Uid"].split()) == {"10001"}
    assert set(fields["Gid"].split()) == {"10001"}
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"].strip() == "1"


@pytest.mark.parametrize("folder", ["/", "/venv", "/models", "/home"])
def test_the_service_can_write_nothing_but_its_tmpfs(
    containers: Containers, folder: str
) -> None:
    written = containers.inside(f"touch {folder}/written")

    assert written.returncode != 0
    assert "Read-only file system" in written.stderr
    assert containers.inside("touch /tmp/written").returncode == 0


def test_memory_and_cpus_are_limited(containers: Containers) -> None:
    assert int(containers.inspect(".HostConfig.Memory")) > 0
    assert int(containers.inspect(".HostConfig.NanoCpus")) > 0


def test_a_trained_version_is_served_after_a_restart(
    containers: Containers, digits: list[Digit], data: Path
) -> None:
    before = newest_version(containers)

    options = ("--epochs", "1", "--data", "/data", "--force")
    trained = containers.run_once("training", *options, MNIST_DATA=str(data))
    containers.run("restart", "service")
    containers.wait_until_healthy()

    assert trained.returncode == 0, trained.stdout + trained.stderr
    assert default_version(containers) == before + 1
    assert classify(containers, digits[0]) == digits[0].label


def test_a_worse_version_is_not_served_by_default_until_it_is_promoted(
    containers: Containers, data: Path
) -> None:
    containers.run_once("models", "promote", "2")
    worse = newest_version(containers) + 1
    options = ("--epochs", "1", "--data", "/data")

    trained = containers.run_once("training", *options, MNIST_DATA=str(data))
    containers.run("restart", "service")
    containers.wait_until_healthy()
    kept = default_version(containers)
    promoted = containers.run_once("models", "promote", str(worse))
    containers.run("restart", "service")
    containers.wait_until_healthy()

    assert trained.returncode == 3, trained.stdout + trained.stderr
    assert f"version {worse} is not the default, which still is" in trained.stdout
    assert kept == 2
    assert promoted.returncode == 0, promoted.stderr
    assert default_version(containers) == worse


def test_the_service_cannot_change_what_is_decided(containers: Containers) -> None:
    tried = containers.inside("mnist-models promote 1")

    assert tried.returncode == 3
    assert "Read-only file system" in tried.stderr


def test_sigterm_lets_a_request_in_flight_finish(
    containers: Containers, digits: list[Digit]
) -> None:
    digit = digits[0]
    with closing(http.client.HTTPConnection("127.0.0.1", containers.port)) as client:
        client.putrequest("POST", "/v1/classify")
        client.putheader("Content-Type", "image/png")
        client.putheader("Content-Length", str(len(digit.encoded)))
        client.endheaders(digit.encoded[:100])
        stopping = threading.Thread(target=containers.run, args=("stop", "service"))

        started = time.monotonic()
        stopping.start()
        time.sleep(2)
        client.send(digit.encoded[100:])
        answer = client.getresponse().status
        stopping.join()
        seconds = time.monotonic() - started

    assert answer == 200
    assert seconds < 30
    assert containers.inspect(".State.ExitCode") == "0"


def classify(containers: Containers, digit: Digit) -> int:
    """The digit that the service reads in that picture."""
    answer = requests.post(
        f"{containers.url}/v1/classify",
        data=digit.encoded,
        headers={"Content-Type": "image/png"},
        timeout=10,
    )
    answer.raise_for_status()
    read: int = answer.json()["predictions"][0]["digit"]
    return read


def default_version(containers: Containers) -> int:
    """The version that answers where a request names none."""
    default = containers.version()["default"]
    assert isinstance(default, int)
    return default


def newest_version(containers: Containers) -> int:
    """The highest version that there is, served by default or not."""
    listed = containers.run_once("models", "list", "--json")
    newest: int = json.loads(listed.stdout)["versions"][0]["version"]
    return newest


def size(image: str) -> int:
    """Bytes of an image's layers, its base's included."""
    if subprocess.run(
        ["docker", "image", "inspect", image], capture_output=True, check=False
    ).returncode:
        docker("pull", "--quiet", image)
    return int(docker("image", "inspect", "--format", "{{.Size}}", image))
