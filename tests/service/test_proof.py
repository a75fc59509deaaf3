"""A version serves only if its files are whole and its answers the golden ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from service.artifact import (
    GOLDEN,
    TFLITE_MODEL,
    TensorSpec,
    checksums,
    read_manifest,
    write_manifest,
)
from service.digits import Shown
from service.errors import ArtifactError
from service.serving.proof import Golden, prove, read_golden, replay, write_golden
from tests.fakes import FakeEngine, fake_digit, fake_version


class Skewed(FakeEngine):
    """Answers as FakeEngine does, each probability too large by `by`."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = np.float32(by)

    def predict(self, shown: Shown) -> NDArray[np.float32]:
        return super().predict(shown) + self.by


@pytest.fixture
def golden() -> Golden:
    """A two and a six, with what FakeEngine says of them."""
    probabilities = np.full((2, 10), 0.01, np.float32)
    probabilities[0, 2] = probabilities[1, 6] = 0.91
    return Golden(np.stack([fake_digit(2), fake_digit(6)]), probabilities)


def test_an_engine_with_the_golden_answers_passes(golden: Golden) -> None:
    assert replay(FakeEngine(), golden, tolerance=0.0) == 0.0


def test_a_difference_within_the_tolerance_is_told(golden: Golden) -> None:
    difference = replay(Skewed(by=0.001), golden, tolerance=0.0011)

    assert difference == pytest.approx(0.001, rel=1e-3)


@pytest.mark.parametrize("by", [0.002, -0.002])
def test_a_difference_beyond_the_tolerance_is_refused(
    golden: Golden, by: float
) -> None:
    with pytest.raises(ArtifactError) as refusal:
        replay(Skewed(by=by), golden, tolerance=0.001)

    assert str(refusal.value) == (
        "its answers on the golden digits are off by 0.002, at most 0.001 is allowed"
    )


def test_answers_that_are_no_numbers_are_refused(golden: Golden) -> None:
    with pytest.raises(ArtifactError, match="off by nan"):
        replay(Skewed(by=np.nan), golden, tolerance=1.0)


def test_golden_digits_come_back_as_they_were_written(
    golden: Golden, tmp_path: Path
) -> None:
    write_golden(tmp_path, golden)

    found = read_golden(tmp_path)

    np.testing.assert_array_equal(found.digits, golden.digits)
    np.testing.assert_array_equal(found.probabilities, golden.probabilities)


@pytest.mark.parametrize(
    ("digits", "probabilities"),
    [
        (np.zeros((0, 784), np.uint8), np.zeros((0, 10))),
        (np.zeros((2, 784), np.float32), np.zeros((2, 10))),
        (np.zeros((2, 28, 28), np.uint8), np.zeros((2, 10))),
        (np.zeros((2, 784), np.uint8), np.zeros((3, 10))),
        (np.zeros((2, 784), np.uint8), np.zeros(10)),
        (np.zeros((), np.uint8), np.zeros((2, 10))),
    ],
)
def test_golden_arrays_of_another_shape_are_refused(
    tmp_path: Path, digits: NDArray[np.uint8], probabilities: NDArray[np.float32]
) -> None:
    write_golden(tmp_path, Golden(digits, probabilities))

    with pytest.raises(ArtifactError, match=r"expected uint8 \(n, 784\) and \(n, 10\)"):
        read_golden(tmp_path)


def _damage(folder: Path) -> None:
    whole = (folder / GOLDEN).read_bytes()
    (folder / GOLDEN).write_bytes(whole[: len(whole) // 2])


def _pickle(folder: Path) -> None:
    np.savez(folder / GOLDEN, digits=np.array([{}]), probabilities=np.zeros((1, 10)))


def _rename_array(folder: Path) -> None:
    np.savez(folder / GOLDEN, digits=np.zeros((1, 784), np.uint8))


def _remove(folder: Path) -> None:
    (folder / GOLDEN).unlink()


@pytest.mark.parametrize("change", [_damage, _pickle, _rename_array, _remove])
def test_golden_files_that_cannot_be_read_are_refused(
    tmp_path: Path, golden: Golden, change: Callable[[Path], None]
) -> None:
    write_golden(tmp_path, golden)
    change(tmp_path)

    with pytest.raises(ArtifactError, match=r"golden\.npz cannot be read"):
        read_golden(tmp_path)


def test_the_trained_model_proves_itself(models_dir: Path) -> None:
    proved = prove(models_dir / "mnist" / "1", "litert")

    assert (proved.manifest.name, proved.manifest.version) == ("mnist", 1)
    assert proved.engine.predict(np.zeros((3, 784), np.float32)).shape == (3, 10)


def test_other_files_than_the_manifest_lists_are_never_opened(
    engine: FakeEngine, tmp_path: Path
) -> None:
    folder = fake_version(tmp_path)
    (folder / TFLITE_MODEL).write_bytes(b"another network")

    with pytest.raises(ArtifactError, match="has sha256"):
        prove(folder, "litert")

    assert engine.shown == []


def test_an_engine_with_other_answers_is_named_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_version(tmp_path)
    monkeypatch.setattr("service.serving.proof.open_engine", lambda *_: Skewed(by=0.5))

    with pytest.raises(ArtifactError) as refusal:
        prove(folder, "litert")

    assert str(refusal.value).startswith(f"{folder} under litert: its answers")


def test_a_network_that_litert_cannot_open_is_refused(
    tmp_path: Path, models_dir: Path
) -> None:
    folder = fake_version(tmp_path)
    whole = (models_dir / "mnist" / "1" / TFLITE_MODEL).read_bytes()
    (folder / TFLITE_MODEL).write_bytes(whole[:1000])
    manifest = replace(read_manifest(folder), files=checksums(folder))
    write_manifest(folder, manifest)

    with pytest.raises(ArtifactError, match="cannot be run by litert"):
        prove(folder, "litert")


@pytest.mark.parametrize(
    "shape", [(10, 5), (10, 10, 1), (10, 1), (10,), (1, 10), (10, 512)]
)
def test_a_network_of_another_output_is_refused(
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shape: tuple[int, ...],
) -> None:
    folder = fake_version(tmp_path)
    monkeypatch.setattr(engine, "predict", lambda _: np.zeros(shape, np.float32))

    with pytest.raises(ArtifactError) as refusal:
        prove(folder, "litert")

    assert f"the shape {shape}, expected (10, 10)" in str(refusal.value)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"input": TensorSpec("x", "float32", (-1, 100))}, "an input [-1, 100]"),
        ({"output": TensorSpec("y", "float32", (-1, 5))}, "an output [-1, 5]"),
        ({"labels": ("a", "b")}, "2 labels"),
    ],
)
def test_a_manifest_of_another_network_is_refused(
    engine: FakeEngine, tmp_path: Path, values: dict[str, Any], found: str
) -> None:
    folder = fake_version(tmp_path)
    write_manifest(folder, replace(read_manifest(folder), **values))

    with pytest.raises(ArtifactError) as refusal:
        prove(folder, "litert")

    assert found in str(refusal.value)
