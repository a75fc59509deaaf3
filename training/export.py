"""Writes a trained network in every form that something serves.

`model.keras`, a SavedModel, `model.tflite` and the golden digits. Where the
folder is, and how it becomes a version, is left to `training.staging`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from service.artifact import KERAS_MODEL, TFLITE_MODEL, TensorSpec
from service.serving.proof import Golden
from training.errors import WriteError
from training.network import build_network

INPUT = TensorSpec("pixels", "float32", (-1, 784))
OUTPUT = TensorSpec("probabilities", "float32", (-1, 10))


def write_models(network: keras.Sequential, folder: Path) -> None:
    """Write `network` into `folder` as .keras, SavedModel and .tflite.

    None of them carries optimizer state. On a failing disk it raises whatever
    each writer raises: see `disk_errors`.
    """
    bare = build_network()
    bare.set_weights(network.get_weights())
    _write_saved_model(bare, folder)
    _write_tflite(folder)
    bare.save(folder / KERAS_MODEL)


def pick_golden(
    digits: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    probabilities: NDArray[np.float32],
    count: int = 64,
) -> Golden:
    """Up to `count` digits with their answers: half the hardest, half spread out.

    The hardest are those whose true digit got the least probability, where an
    engine that is off shows it first. Digits [n, 784], probabilities [n, 10].
    """
    true = probabilities[np.arange(len(labels)), labels]
    hardest = np.argsort(true, kind="stable")[: count // 2]
    spread = np.linspace(0, len(labels) - 1, count - count // 2).astype(np.intp)
    chosen = np.unique(np.concatenate([hardest, spread]))
    return Golden(digits[chosen], probabilities[chosen])


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turns what writers raise on a failing disk into a WriteError.

    Python's raise OSError, TensorFlow's C++ OpError and HDF5's RuntimeError.
    """
    try:
        yield
    except (OSError, RuntimeError, tf.errors.OpError) as error:
        reason = " ".join(str(error).split())[:300]
        raise WriteError(f"{folder} could not be written: {reason}") from error


def _write_saved_model(network: keras.Sequential, folder: Path) -> None:
    # Not keras.export: its archive stores every weight twice (Keras 3.15).
    module = tf.Module()
    module.weights = [variable.value for variable in network.variables]
    pixels = tf.TensorSpec([None, 784], tf.float32, name=INPUT.name)
    answer = tf.function(
        lambda pixels: {OUTPUT.name: network(pixels, training=False)}
    ).get_concrete_function(pixels)
    tf.saved_model.save(module, str(folder), {"serving_default": answer})
    assets = folder / "assets"
    if assets.is_dir():  # empty, and git keeps no empty folder
        assets.rmdir()


def _write_tflite(folder: Path) -> None:
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    (folder / TFLITE_MODEL).write_bytes(converter.convert())
