"""The same seed gives the same weights, broken off and resumed or not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.checkpoint import Checkpoint, CheckpointFile
from training.config import OPTIMIZERS, OptimizerName, TrainingConfig
from training.data import Mnist
from training.errors import CheckpointError
from training.fit import Trained, fit

OTHERS = [name for name in OPTIMIZERS if name != "rmsprop"]


class BreaksOff(CheckpointFile):
    """A checkpoint file whose run is killed once an epoch has been written."""

    def write(self, checkpoint: Checkpoint) -> None:
        super().write(checkpoint)
        if len(checkpoint.history) == 2:
            raise KeyboardInterrupt


def fitted(
    folder: Path, config: TrainingConfig, mnist: Mnist, *, resume: bool = False
) -> Trained:
    folder.mkdir(exist_ok=True)
    return fit(config, mnist, CheckpointFile(folder, "seed", folder), resume)


def same_weights(one: Trained, other: Trained) -> bool:
    pairs = zip(one.network.get_weights(), other.network.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def test_the_same_config_gives_the_same_weights_bit_for_bit(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig
) -> None:
    one = fitted(tmp_path / "one", short, tiny)
    again = fitted(tmp_path / "again", short, tiny)
    other = fitted(tmp_path / "other", replace(short, seed=8), tiny)

    assert same_weights(one, again)
    assert not same_weights(one, other)


def test_fitting_learns_and_tells_each_epoch(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig
) -> None:
    trained = fitted(tmp_path, replace(short, epochs=6), tiny)

    assert [epoch.epoch for epoch in trained.history] == [1, 2, 3, 4, 5, 6]
    assert trained.updates == 18
    assert trained.history[-1].train_loss < trained.history[0].train_loss
    assert (trained.history[-1].test_accuracy or 0) > 0.5
    assert trained.seconds > 0


@pytest.mark.parametrize(
    "optimizer",
    ["rmsprop", *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)],
)
def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig, optimizer: OptimizerName
) -> None:
    config = replace(short, optimizer=optimizer)
    unbroken = fitted(tmp_path / "unbroken", config, tiny)
    with pytest.raises(KeyboardInterrupt):
        fit(config, tiny, BreaksOff(tmp_path, "seed", tmp_path), resume=False)

    resumed = fitted(tmp_path, config, tiny, resume=True)

    assert same_weights(resumed, unbroken)
    assert resumed.history == unbroken.history
    assert resumed.updates == unbroken.updates == 9


def test_a_run_that_had_its_last_epoch_resumes_without_another(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig
) -> None:
    whole = fitted(tmp_path, short, tiny)

    resumed = fitted(tmp_path, short, tiny, resume=True)

    assert same_weights(resumed, whole)
    assert resumed.seconds == whole.seconds


def test_without_resume_a_checkpoint_is_not_looked_at(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig
) -> None:
    whole = fitted(tmp_path, short, tiny)

    again = fitted(tmp_path, replace(short, epochs=1), tiny)

    assert len(again.history) == 1
    assert not same_weights(again, whole)


def test_the_checkpoint_of_another_run_is_not_resumed(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig
) -> None:
    fitted(tmp_path, short, tiny)

    with pytest.raises(CheckpointError, match="seed is 7 there and 8 here"):
        fitted(tmp_path, replace(short, seed=8), tiny, resume=True)


def test_resume_with_nothing_to_resume_says_that_it_starts_afresh(
    tmp_path: Path,
    tiny: Mnist,
    short: TrainingConfig,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trained = fitted(tmp_path, replace(short, epochs=1), tiny, resume=True)

    assert trained.updates == 3
    assert "no checkpoint to resume, starting afresh" in capsys.readouterr().out


def test_one_epoch_on_eight_pictures_is_possible(
    tmp_path: Path, tiny: Mnist, short: TrainingConfig
) -> None:
    eight = Mnist(tiny.x_train[:8], tiny.y_train[:8], tiny.x_test[:8], tiny.y_test[:8])

    trained = fitted(tmp_path, replace(short, epochs=1), eight)

    assert trained.updates == 1
