"""The Python client and `mnist-classify --url` against the real gunicorn."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.client import Client, Picture, PictureError, Prediction
from tests.fakes import Digit
from tests.load.server import ROOT, Server, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("client") / "log"
    with running(models_dir, log, WORKERS="2", THREADS="4") as server:
        yield server


@pytest.fixture
def asking(server: Server) -> Iterator[Client]:
    with Client(server.url("")) as client:
        yield client


def test_one_picture_of_every_kind_is_read(asking: Client, digits: list[Digit]) -> None:
    for digit in digits[::4]:
        with Image.open(digit.path) as image:
            forms: list[Picture] = [digit.path, digit.encoded, digit.pixels, image]
            read = [asking.classify(form) for form in forms]

        assert read == [read[0]] * 4
        assert read[0].digit == digit.label


def test_every_option_is_understood(asking: Client, digits: list[Digit]) -> None:
    seen = asking.normalize(digits[0].path)
    prediction = asking.classify(
        digits[0].pixels,
        model="mnist",
        version=1,
        top=2,
        preprocess="exact",
        calibrated=False,
        detail=True,
        request_id="of-the-test",
    )

    assert seen.startswith(b"\x89PNG")
    assert prediction.version == 1
    assert prediction.top is not None
    assert prediction.preprocessing is not None
    assert asking.ready()
    assert asking.versions().served == (1, 2)


def test_a_request_id_is_in_the_log_of_the_service(
    server: Server, asking: Client, digits: list[Digit]
) -> None:
    asking.classify(digits[0].path, request_id="find-me-again")

    lines = map(json.loads, server.log.read_text().splitlines())
    assert "find-me-again" in [line.get("request_id") for line in lines]


def test_2500_pictures_are_read_in_batches_whatever_is_among_them(
    asking: Client, digits: list[Digit]
) -> None:
    array = np.stack([digits[row % 40].pixels for row in range(2500)])
    files = [digits[row % 40].path for row in range(2500)]
    files[1500] = ROOT / "LICENSE"
    files[2000] = ROOT / "none.png"

    raw = asking.classify_many(array)
    read = asking.classify_many(iter(files))

    bad = [row for row in range(2500) if isinstance(read[row], PictureError)]
    assert bad == [1500, 2000]
    assert all(raw[row] == read[row] for row in range(2500) if row not in bad)
    right = [
        isinstance(result, Prediction) and result.digit == digits[row % 40].label
        for row, result in enumerate(raw)
    ]
    assert sum(right) >= 2450


def test_large_pictures_fill_several_requests(asking: Client) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1500, 1500, 3), np.uint8)
    large = Image.fromarray(noise)

    read = asking.classify_many([large, large, large, large])

    assert len(read) == 4


def test_threads_share_one_client(asking: Client, digits: list[Digit]) -> None:
    paths = [digit.path for digit in digits] * 5

    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(asking.classify, paths))

    assert read == [asking.classify(digit.path) for digit in digits] * 5


def test_a_service_with_lower_limits_gets_smaller_requests(
    models_dir: Path, digits: list[Digit], tmp_path: Path
) -> None:
    environ = {"MNIST_MAX_BATCH": "100", "MNIST_MAX_UPLOAD_BYTES": "100000"}
    noise = np.random.default_rng(1).integers(0, 255, (400, 400), np.uint8)
    files: list[Picture] = [*(d.path for d in digits * 20), Image.fromarray(noise)]

    with (
        running(models_dir, tmp_path / "log", WORKERS="1", **environ) as server,
        Client(server.url("")) as client,
    ):
        read = client.classify_many(files)

    assert [type(result) for result in read] == [Prediction] * 800 + [PictureError]


def test_the_command_reads_files_by_asking_a_service(
    server: Server, digits: list[Digit]
) -> None:
    files = [str(digit.path) for digit in digits]

    read = _command("--url", server.url(""), "--json", *files)
    partly = _command("--url", server.url(""), files[0], "LICENSE")

    rows = json.loads(read.stdout)["predictions"]
    assert (read.returncode, partly.returncode) == (0, 1)
    assert [row["digit"] for row in rows] == [digit.label for digit in digits]
    assert "1082 bytes that are no readable picture" in partly.stdout


def test_the_command_says_when_a_service_is_gone_or_refuses(
    models_dir: Path, tmp_path: Path, digits: list[Digit]
) -> None:
    seven = str(digits[28].path)

    with running(models_dir, tmp_path / "log", WORKERS="1") as server:
        url = server.url("/")
        refused = _command("--url", url, "--model-version", "9", seven)
    gone = _command("--url", url, seven)

    assert (refused.returncode, gone.returncode) == (4, 4)
    assert refused.stderr.startswith("mnist-classify: version 9 of 'mnist' is not")
    assert gone.stderr.startswith("mnist-classify: no MNIST Service was reached at")
    assert (refused.stdout, gone.stdout) == ("", "")


def _command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "service.cli.classify", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
