"""A whole run over a few pictures: what it publishes and how it fails."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.artifact import read_manifest, verify, version_numbers
from service.serving.proof import prove
from service.versions.labels import LABELS, read_labels
from service.versions.releases import RELEASES
from tests.training.disks import files_up_to
from training import pipeline
from training.config import TrainingConfig
from training.data import Mnist
from training.errors import FolderError, ProofError, WriteError
from training.gate_settings import GateSettings
from training.pipeline import Job, run
from training.report import PICTURES
from training.results import Results
from training.staging import Stage


@pytest.fixture(scope="session")
def published(
    tmp_path_factory: pytest.TempPathFactory, tiny: Mnist, short: TrainingConfig
) -> Path:
    """A version made by one whole run over `tiny`."""
    models = tmp_path_factory.mktemp("models")
    release = run(Job(short, models, command="mnist-train --epochs 3"), tiny)
    assert release.promoted
    return release.folder


def test_the_version_passes_the_services_own_proof(published: Path) -> None:
    proved = prove(published, "litert")

    assert published.parts[-2:] == ("mnist", "1")
    assert proved.manifest.version == 1
    verify(published, proved.manifest)


def test_nothing_but_the_version_is_left_with_what_was_decided_of_it(
    published: Path,
) -> None:
    left = {path.name for path in published.parent.iterdir()}

    assert left == {"1", LABELS, RELEASES}
    assert read_labels(published.parent) == {"stable": 1}


def test_the_manifest_tells_how_the_version_came_about(published: Path) -> None:
    manifest = read_manifest(published)

    training = manifest.training
    assert training["recipe"] == "seed"
    assert training["config"]["batch_size"] == 32
    assert training["command"] == "mnist-train --epochs 3"
    assert training["updates"] == 9
    assert set(training["data_sha256"]) == {"x_train", "y_train", "x_test", "y_test"}
    assert training["libraries"]["tensorflow"]
    assert 0 <= manifest.metrics["test_accuracy"] <= 1
    assert manifest.labels == tuple("0123456789")
    assert manifest.tolerance == 1e-5


def test_the_reports_figures_add_up(published: Path, tiny: Mnist) -> None:
    figures = json.loads((published / "report" / "metrics.json").read_text())

    confusion = np.array(figures["confusion"])
    assert confusion.sum() == len(tiny.y_test)
    assert figures["test"]["accuracy"] == np.trace(confusion) / len(tiny.y_test)
    assert figures["gap"]["accuracy"] == pytest.approx(
        figures["train"]["accuracy"] - figures["test"]["accuracy"]
    )
    assert [epoch["epoch"] for epoch in figures["epochs"]] == [1, 2, 3]
    assert len(figures["classes"]) == 10


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_of_the_report_is_a_picture_with_something_on_it(
    published: Path, name: str
) -> None:
    with Image.open(published / "report" / name, formats=["PNG"]) as image:
        shades = np.asarray(image.convert("L"))

    assert min(shades.shape) > 300
    assert shades.min() < 100
    assert shades.max() == 255


def test_the_model_card_has_the_command_the_licence_and_every_picture(
    published: Path,
) -> None:
    card = (published / "report" / "model_card.md").read_text()

    assert "mnist-train --epochs 3" in card
    assert "Creative Commons Attribution-Share Alike 3.0" in card
    for name in PICTURES:
        assert f"]({name})" in card


def test_a_version_that_fails_its_proof_is_not_published(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.write_version

    def damage(stage: Stage, results: Results) -> None:
        real(stage, results)
        (stage.version / "model.tflite").write_bytes(b"other bytes")

    monkeypatch.setattr("training.pipeline.write_version", damage)

    with pytest.raises(ProofError, match=r"fails its proof: .*tflite has sha256"):
        run(Job(short, tmp_path), tiny)

    assert version_numbers(tmp_path, "mnist") == ()
    assert [path.name for path in (tmp_path / "mnist").iterdir()] == [
        ".checkpoint-seed.npz"
    ]


def test_a_second_run_is_compared_with_the_first_by_both_engines(
    published: Path,
    tmp_path: Path,
    tiny: Mnist,
    short: TrainingConfig,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(published.parent, tmp_path / "mnist")
    untaught = replace(short, epochs=1, learning_rate=1e-9)
    gate = GateSettings(speed=1000)

    same = run(Job(short, tmp_path, gate=gate), tiny)
    worse = run(Job(untaught, tmp_path, gate=gate), tiny)

    assert (same.folder.name, same.promoted) == ("2", True)
    assert (worse.folder.name, worse.promoted) == ("3", False)
    assert worse.verdict.default == 2
    out = capsys.readouterr().out
    assert "engines differ" in out
    assert "version 2 is the default now: not worse than version 1" in out
    assert "version 3 is not the default, which still is version 2" in out
    assert read_labels(tmp_path / "mnist") == {"stable": 2}


def test_damaged_labels_are_told_before_anything_is_trained(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / LABELS).write_text("{")
    monkeypatch.delattr("training.pipeline.train")

    with pytest.raises(FolderError, match=LABELS):
        run(Job(short, tmp_path), tiny)


def test_a_disk_that_is_full_at_the_first_checkpoint_publishes_nothing(
    tmp_path: Path,
    tiny: Mnist,
    short: TrainingConfig,
) -> None:
    with files_up_to(1_000_000), pytest.raises(WriteError, match="the checkpoint"):
        run(Job(short, tmp_path), tiny)

    assert list((tmp_path / "mnist").iterdir()) == []
