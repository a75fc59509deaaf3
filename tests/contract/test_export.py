"""What training exports is what the service, and TensorFlow Serving, can serve."""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from service.digits import to_pixels
from service.engines import ENGINES, EngineName, open_engine
from tests.training.disks import files_up_to
from training.agreement import largest_difference
from training.config import configure
from training.errors import ProofError, WriteError
from training.export import disk_errors, pick_golden, write_models
from training.network import build_network, compile_network

DIGITS = np.random.default_rng(3).integers(0, 256, (40, 784)).astype(np.uint8)


@pytest.fixture(scope="module")
def network() -> keras.Sequential:
    """A compiled network as after training: with biases and optimizer state."""
    network = build_network(seed=5)
    for layer in network.layers:
        layer.bias.assign(np.linspace(-0.1, 0.1, layer.units))
    compile_network(network, configure("seed"))
    network.optimizer.build(network.trainable_variables)
    return network


@pytest.fixture(scope="module")
def expected(network: keras.Sequential) -> NDArray[np.float32]:
    answers: NDArray[np.float32] = network(to_pixels(DIGITS)).numpy()
    return answers


@pytest.fixture(scope="module")
def folder(network: keras.Sequential, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("version")
    write_models(network, folder)
    return folder


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_answers_as_the_network_did(
    folder: Path, expected: NDArray[np.float32], engine: EngineName
) -> None:
    answers = open_engine(engine, folder).predict(to_pixels(DIGITS))

    np.testing.assert_allclose(answers, expected, rtol=0, atol=1e-5)


def test_the_folder_is_a_saved_model_with_named_input_and_output(
    folder: Path, expected: NDArray[np.float32]
) -> None:
    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]

    _, inputs = signature.structured_input_signature
    assert inputs == {"pixels": tf.TensorSpec([None, 784], tf.float32, name="pixels")}
    answers = signature(pixels=tf.constant(to_pixels(DIGITS)))
    assert list(answers) == ["probabilities"]
    np.testing.assert_allclose(answers["probabilities"], expected, rtol=0, atol=1e-5)


def test_every_form_holds_each_weight_once_and_no_optimizer_state(folder: Path) -> None:
    weights = 407_050 * 4

    for name in (
        "model.keras",
        "model.tflite",
        "variables/variables.data-00000-of-00001",
    ):
        assert weights < (folder / name).stat().st_size < 1.02 * weights
    with zipfile.ZipFile(folder / "model.keras") as archive:
        config = json.loads(archive.read("config.json"))
    assert not config["compile_config"]


def test_no_empty_folder_is_left_that_git_would_lose(folder: Path) -> None:
    assert all(any(path.iterdir()) for path in folder.rglob("*") if path.is_dir())


@pytest.mark.parametrize(
    "size", [1_000_000, 1_629_300, 1_636_000], ids=["saved model", "tflite", "keras"]
)
def test_a_full_disk_is_told_whichever_writer_meets_it(
    tmp_path: Path,
    network: keras.Sequential,
    size: int,
) -> None:
    with (
        files_up_to(size),
        pytest.raises(WriteError, match="could not be written: "),
        disk_errors(tmp_path),
    ):
        write_models(network, tmp_path)


def test_golden_digits_are_the_hardest_and_some_of_all(
    expected: NDArray[np.float32],
) -> None:
    labels = expected.argmin(axis=1).astype(np.uint8)
    hardest = expected.min(axis=1).argmin()

    golden = pick_golden(DIGITS, labels, expected, count=10)

    assert 8 <= len(golden.digits) <= 10
    assert (golden.digits == DIGITS[hardest]).all(axis=1).any()
    assert (golden.digits == DIGITS[0]).all(axis=1).any()
    assert (golden.digits == DIGITS[-1]).all(axis=1).any()


def test_engines_that_differ_too_much_are_named(expected: NDArray[np.float32]) -> None:
    other = expected + np.float32(2e-5)

    with pytest.raises(ProofError, match=r"one and another read 0 of 40 .* by up to 2"):
        largest_difference({"one": expected, "another": other}, 1e-5)


def test_engines_that_read_another_digit_are_named(
    expected: NDArray[np.float32],
) -> None:
    other = np.roll(expected, 1, axis=1)

    with pytest.raises(ProofError, match="one and another read 40 of 40 pictures"):
        largest_difference({"one": expected, "another": other}, tolerance=2.0)


def test_the_largest_difference_of_any_two_is_told(
    expected: NDArray[np.float32],
) -> None:
    other = expected + np.float32(1e-6)

    found = largest_difference({"a": expected, "b": expected, "c": other}, 1e-5)

    assert found == pytest.approx(1e-6, rel=0.1)
