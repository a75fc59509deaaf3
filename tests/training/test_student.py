"""A network taught by another: what a run publishes, and that it resumes exactly."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from service.artifact import read_manifest
from service.versions.labels import LABELS
from service.versions.releases import RELEASES
from training.checkpoint import Checkpoint, CheckpointFile
from training.config import TrainingConfig, configure
from training.data import Mnist
from training.distillation import Distillation, Teaching
from training.errors import CheckpointError, UsageError
from training.fit import Trained
from training.pipeline import Job, run
from training.schedule import scheduled_adamw
from training.student import TEACHER, distillation_loss, fit_student
from training.teacher import build_teacher

TEACHER_FILE, STUDENT_FILE = ".checkpoint-best-teacher.npz", ".checkpoint-best.npz"


class Keeping(CheckpointFile):
    """A checkpoint file that keeps a copy of each epoch's, by epoch, in `kept`."""

    kept: Path

    def write(self, checkpoint: Checkpoint) -> None:
        super().write(checkpoint)
        folder = self.kept / str(len(checkpoint.history))
        folder.mkdir(exist_ok=True)
        shutil.copy(self.path, folder)


@dataclass(frozen=True)
class Unbroken:
    """A whole run: the version it published, and its checkpoints by epoch."""

    version: Path
    kept: Path

    def weights(self) -> list[np.ndarray]:
        found: list[np.ndarray] = keras.models.load_model(
            self.version / "model.keras"
        ).get_weights()
        return found

    def figures(self) -> dict[str, list[dict[str, float]]]:
        found: dict[str, list[dict[str, float]]] = json.loads(
            (self.version / "report" / "metrics.json").read_text()
        )
        return found


@pytest.fixture(scope="module")
def brief() -> TrainingConfig:
    """Two epochs of a small teacher, then two of the network, over `tiny`."""
    teacher = Teaching(epochs=2, batch_size=32, channels=4)
    config = configure("best", epochs=2, batch_size=32, seed=7)
    return replace(config, distillation=Distillation(slices=2, teacher=teacher))


@pytest.fixture(scope="module")
def unbroken(
    tmp_path_factory: pytest.TempPathFactory, tiny: Mnist, brief: TrainingConfig
) -> Unbroken:
    folder = tmp_path_factory.mktemp("best")
    Keeping.kept = folder / "kept"
    Keeping.kept.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.pipeline.CheckpointFile", Keeping)
        version = run(Job(brief, folder / "models"), tiny).folder
    return Unbroken(version, Keeping.kept)


@pytest.fixture
def resumed(
    tmp_path: Path, tiny: Mnist, brief: TrainingConfig, unbroken: Unbroken
) -> Callable[..., Trained]:
    """Resumes a run that had got as far as the given checkpoints."""

    def resume(**epochs: int) -> Trained:
        for name, epoch in epochs.items():
            saved = TEACHER_FILE if name == TEACHER else STUDENT_FILE
            shutil.copy(unbroken.kept / str(epoch) / saved, tmp_path)
        file = CheckpointFile(tmp_path, "best", tmp_path)
        return fit_student(brief, tiny.split(), file, resume=True)

    return resume


def assert_equal(trained: Trained, unbroken: Unbroken) -> None:
    pairs = zip(trained.network.get_weights(), unbroken.weights(), strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)
    losses = [epoch.train_loss for epoch in trained.history]
    assert losses == [epoch["train_loss"] for epoch in unbroken.figures()["epochs"]]
    taught = [epoch.train_loss for epoch in trained.teacher]
    assert taught == [
        epoch["train_loss"] for epoch in unbroken.figures()["teacher_epochs"]
    ]


@pytest.mark.slow
def test_a_run_publishes_a_version_and_leaves_only_what_was_decided_beside_it(
    unbroken: Unbroken,
) -> None:
    manifest = read_manifest(unbroken.version)

    assert manifest.training["recipe"] == "best"
    assert manifest.training["config"]["distillation"]["slices"] == 2
    assert manifest.training["updates"] == 10
    left = {path.name for path in unbroken.version.parent.iterdir()}
    assert left == {"1", LABELS, RELEASES}


@pytest.mark.slow
def test_the_report_says_that_the_test_pictures_were_judged_once(
    unbroken: Unbroken,
) -> None:
    card = (unbroken.version / "report" / "model_card.md").read_text()
    epochs = unbroken.figures()["epochs"]

    assert [epoch["test_accuracy"] for epoch in epochs] == [None, None]
    assert "The test pictures were judged once" in card
    assert "| distillation, teacher, epochs | 2 |" in card


@pytest.mark.slow
def test_what_is_published_are_the_averaged_weights(unbroken: Unbroken) -> None:
    with np.load(unbroken.kept / "2" / STUDENT_FILE) as last:
        assert not np.array_equal(last["weights-000"], unbroken.weights()[0])
        states = [last[name] for name in last.files if name.startswith("optimizer")]

    assert any(np.array_equal(state, unbroken.weights()[0]) for state in states)


@pytest.mark.slow
@pytest.mark.parametrize(
    "reached",
    [{TEACHER: 1}, {TEACHER: 2}, {TEACHER: 2, "student": 1}],
    ids=["in the teacher", "between the two", "in the student"],
)
def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(
    resumed: Callable[..., Trained], reached: dict[str, int], unbroken: Unbroken
) -> None:
    assert_equal(resumed(**reached), unbroken)


@pytest.mark.slow
def test_a_run_that_had_its_last_epoch_resumes_without_another(
    resumed: Callable[..., Trained], unbroken: Unbroken
) -> None:
    assert_equal(resumed(teacher=2, student=2), unbroken)


@pytest.mark.slow
def test_the_checkpoint_of_another_teacher_is_not_resumed(
    tmp_path: Path, tiny: Mnist, brief: TrainingConfig, unbroken: Unbroken
) -> None:
    shutil.copy(unbroken.kept / "1" / TEACHER_FILE, tmp_path)
    other = replace(brief, distillation=Distillation(slices=3))

    with pytest.raises(
        CheckpointError, match=r"distillation\.slices is 2 there and 3 here"
    ):
        fit_student(
            other, tiny.split(), CheckpointFile(tmp_path, "best", tmp_path), True
        )


def test_a_recipe_without_a_teacher_is_refused(tmp_path: Path, tiny: Mnist) -> None:
    with pytest.raises(UsageError, match="the recipe seed has no teacher"):
        fit_student(
            configure("seed"), tiny, CheckpointFile(tmp_path, "seed", tmp_path), False
        )


def test_the_loss_is_least_where_the_answers_are_the_teachers() -> None:
    softened = tf.constant([[0.3, 0.7]])
    sharp = softened**3 / tf.reduce_sum(softened**3)

    same = distillation_loss(softened, sharp, temperature=3.0).numpy()
    other = distillation_loss(softened, softened, temperature=3.0).numpy()

    entropy = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    np.testing.assert_allclose(same, [9 * entropy], rtol=1e-5)
    assert other[0] > same[0]


def test_the_learning_rate_rises_to_its_peak_and_falls_to_nothing() -> None:
    rate = scheduled_adamw(0.5, updates=100, warmup=0.2, weight_decay=0)._learning_rate

    assert [float(rate(step)) for step in (0, 10, 20, 100)] == pytest.approx(
        [0, 0.25, 0.5, 0], abs=1e-6
    )


def test_without_warm_up_it_starts_at_its_peak() -> None:
    rate = scheduled_adamw(0.5, updates=100, warmup=0, weight_decay=0)._learning_rate

    assert float(rate(0)) == pytest.approx(0.5)


def test_the_seed_decides_the_teachers_first_weights() -> None:
    one, again, other = (build_teacher(4, seed).get_weights() for seed in (1, 1, 2))

    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0], other[0])
