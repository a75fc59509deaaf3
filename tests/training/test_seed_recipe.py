"""The seed recipe on the real data: what it is worth, and that kills cost nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.artifact import read_manifest, version_numbers
from service.digits import to_pixels
from service.serving.proof import prove
from tests.training.conftest import write_npz
from training.checkpoint import CheckpointFile
from training.config import configure
from training.data import Mnist
from training.fit import fit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real data set as a file for `--data`."""
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    write_npz(path, mnist)
    return path


def train(data: Path, models: Path, *options: str) -> "subprocess.Popen[str]":
    """Three epochs of 600 updates in a process of its own."""
    recipe = ["--seed", "4", "--epochs", "3", "--batch-size", "100"]
    places = ["--data", str(data), "--models-dir", str(models)]
    return subprocess.Popen(
        [sys.executable, "-m", "training", *recipe, *places, *options],
        env={**os.environ, "MNIST_GATE_SPEED": "1000"},  # the machine may be busy
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> str:
    """What a run said that has to succeed."""
    out, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (0, "")
    return out


def stop_after_an_epoch(process: "subprocess.Popen[str]", checkpoint: Path) -> None:
    deadline = time.monotonic() + 300
    while not checkpoint.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def weights(version: Path) -> bytes:
    """The exported weights: a .tflite of equal weights has equal bytes."""
    return (version / "model.tflite").read_bytes()


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_test_accuracy_is_what_this_network_reaches(
    seed: int, mnist: Mnist, tmp_path: Path
) -> None:
    trained = fit(
        configure("seed", seed=seed),
        mnist,
        CheckpointFile(tmp_path, "seed", tmp_path),
        resume=False,
    )

    last = trained.history[-1]
    assert trained.updates == 2_345
    # Seed 3 stands at 0.9750 here; another CPU rounds otherwise.
    assert 0.974 <= (last.test_accuracy or 0) <= 0.984
    assert 0.985 <= last.train_accuracy <= 0.992


def test_a_run_killed_outright_leaves_nothing_half_and_resumes_exactly(
    data: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    finish(train(data, whole))
    models = tmp_path / "killed"
    checkpoint = models / "mnist" / ".checkpoint-seed.npz"
    killed = train(data, models)
    stop_after_an_epoch(killed, checkpoint)
    killed.kill()
    killed.communicate()
    versions_of_killed = version_numbers(models, "mnist")

    said = finish(train(data, models, "--resume"))

    assert versions_of_killed == ()
    assert "resuming after epoch" in said
    assert weights(models / "mnist" / "1") == weights(whole / "mnist" / "1")
    left = sorted(path.name for path in (models / "mnist").iterdir())
    assert left == ["1", "labels.json", "releases.json"]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_run_told_to_stop_says_so_and_keeps_its_checkpoint(
    data: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    process = train(data, tmp_path)
    checkpoint = tmp_path / "mnist" / ".checkpoint-seed.npz"
    stop_after_an_epoch(process, checkpoint)

    os.kill(process.pid, number)
    _, err = process.communicate(timeout=120)

    assert process.returncode == code
    assert err.endswith("; go on with --resume\n")
    assert "Traceback" not in err
    assert list((tmp_path / "mnist").iterdir()) == [checkpoint]


def test_two_runs_at_once_publish_two_proved_versions(
    data: Path, tmp_path: Path
) -> None:
    one, other = train(data, tmp_path), train(data, tmp_path)

    finish(one)
    finish(other)

    folders = [tmp_path / "mnist" / number for number in ("1", "2")]
    assert version_numbers(tmp_path, "mnist") == (1, 2)
    assert weights(folders[0]) == weights(folders[1])
    for folder, number in zip(folders, (1, 2), strict=True):
        assert read_manifest(folder).version == number
        assert prove(folder, "litert").manifest.version == number


def test_the_published_accuracy_is_that_of_the_published_model(
    mnist: Mnist, models_dir: Path
) -> None:
    proved = prove(models_dir / "mnist" / "1", "litert")

    answers = proved.engine.predict(to_pixels(mnist.x_test))

    share = float((answers.argmax(axis=1) == mnist.y_test).mean())
    assert proved.manifest.metrics["test_accuracy"] == share
