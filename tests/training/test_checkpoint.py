"""A checkpoint is whole or not there, and serves the run that wrote it alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.disks import files_up_to
from training.checkpoint import Checkpoint, CheckpointFile, Epoch
from training.config import TrainingConfig
from training.errors import CheckpointError, WriteError

DATA = {"x_train": "aa"}


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    (tmp_path / "scratch").mkdir()
    return CheckpointFile(tmp_path, "seed", tmp_path / "scratch")


@pytest.fixture
def checkpoint(short: TrainingConfig) -> Checkpoint:
    return Checkpoint(
        config=short,
        data=DATA,
        history=(Epoch(1, 0.5, 1.25, 0.1 + 0.2, 1 / 3),),
        seconds=2.5,
        weights=tuple(np.full(3, number, np.float32) for number in range(12)),
        optimizer=(np.array(5, np.int64), np.array([0.1], np.float32)),
    )


def test_what_is_written_is_read_back_bit_for_bit(
    file: CheckpointFile, checkpoint: Checkpoint
) -> None:
    file.write(checkpoint)

    found = file.read()

    assert found is not None
    assert replace(found, weights=(), optimizer=()) == replace(
        checkpoint, weights=(), optimizer=()
    )
    for was, now in zip(
        (*checkpoint.weights, *checkpoint.optimizer),
        (*found.weights, *found.optimizer),
        strict=True,
    ):
        assert was.dtype == now.dtype
        np.testing.assert_array_equal(was, now)


def test_where_nothing_was_written_there_is_nothing_to_resume(
    file: CheckpointFile, short: TrainingConfig
) -> None:
    assert file.resume(short, DATA) is None


def test_the_same_run_resumes(file: CheckpointFile, checkpoint: Checkpoint) -> None:
    file.write(checkpoint)

    found = file.resume(checkpoint.config, DATA)

    assert found is not None
    assert found.history == checkpoint.history


def test_each_field_in_which_another_run_differs_is_named(
    file: CheckpointFile, checkpoint: Checkpoint
) -> None:
    file.write(checkpoint)
    other = replace(checkpoint.config, epochs=9, optimizer="adam")

    with pytest.raises(CheckpointError) as failure:
        file.resume(other, DATA)

    assert "epochs is 3 there and 9 here" in str(failure.value)
    assert "optimizer is 'rmsprop' there and 'adam' here" in str(failure.value)
    assert "seed" not in str(failure.value).split(" is of another run: ")[1]


def test_a_run_over_other_data_does_not_resume(
    file: CheckpointFile, checkpoint: Checkpoint
) -> None:
    file.write(checkpoint)

    with pytest.raises(CheckpointError, match="it was trained on other data"):
        file.resume(checkpoint.config, {"x_train": "bb"})


def test_a_full_disk_leaves_the_last_checkpoint_in_place(
    file: CheckpointFile,
    checkpoint: Checkpoint,
) -> None:
    file.write(checkpoint)
    large = replace(checkpoint, weights=(np.zeros(100_000, np.float32),))

    with (
        files_up_to(50_000),
        pytest.raises(WriteError, match="cannot be"),
    ):
        file.write(large)

    found = file.read()
    assert found is not None
    assert len(found.weights) == 12
    assert not list((file.path.parent / "scratch").iterdir())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"{}"])
def test_a_file_that_is_no_checkpoint_is_refused_with_what_to_do(
    file: CheckpointFile, short: TrainingConfig, content: bytes
) -> None:
    file.path.write_bytes(content)

    with pytest.raises(CheckpointError, match="remove it to start afresh"):
        file.resume(short, DATA)


def test_only_the_runs_own_checkpoint_is_removed(
    file: CheckpointFile, checkpoint: Checkpoint
) -> None:
    file.write(checkpoint)

    file.remove(replace(checkpoint.config, seed=8))
    kept = file.path.exists()
    file.remove(checkpoint.config)

    assert kept
    assert not file.path.exists()


def test_removing_what_is_not_there_or_unreadable_does_nothing(
    file: CheckpointFile, short: TrainingConfig
) -> None:
    file.remove(short)
    file.path.write_bytes(b"other")

    file.remove(short)

    assert file.path.read_bytes() == b"other"
