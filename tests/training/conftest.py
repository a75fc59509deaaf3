"""Small pictures and a short recipe, so that whole runs take a second."""

import gzip
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training.config import TrainingConfig, configure
from training.data import Mnist

IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def encode_idx(array: NDArray[np.uint8]) -> bytes:
    """An array as an IDX file's bytes, written from the format's description."""
    header = bytes([0, 0, 8, array.ndim])
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def encoded_files(mnist: Mnist) -> dict[str, bytes]:
    """The four IDX files of `mnist` by name, pictures as [n, 28, 28]."""
    return {
        file: encode_idx(
            getattr(mnist, name).reshape((-1, 28, 28) if "x_" in name else (-1,))
        )
        for name, file in IDX_NAMES.items()
    }


def write_idx(
    folder: Path, mnist: Mnist, *, dotted: bool = False, gz: bool = False
) -> None:
    """Write `mnist` as four IDX files in either spelling, gzipped or not."""
    for name, content in encoded_files(mnist).items():
        spelt = name.replace("-idx", ".idx") if dotted else name
        path = folder / (f"{spelt}.gz" if gz else spelt)
        path.write_bytes(gzip.compress(content) if gz else content)


def write_npz(path: Path, mnist: Mnist) -> None:
    """Write `mnist` as Keras hands it out, pictures as [n, 28, 28]."""
    np.savez_compressed(
        path,
        x_train=mnist.x_train.reshape(-1, 28, 28),
        y_train=mnist.y_train,
        x_test=mnist.x_test.reshape(-1, 28, 28),
        y_test=mnist.y_test,
    )


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """Here and in programs started from here; a shell has its background jobs deaf."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def tiny() -> Mnist:
    """96 training and 40 test pictures; a digit is a bright row that says it.

    The labels of the first two test pictures are exchanged, so that a network
    that has learned the rest makes two mistakes.
    """
    train, test = np.arange(96) % 10, np.arange(40) % 10
    exchanged = np.concatenate([test[1::-1], test[2:]])
    return Mnist(
        x_train=_rows(train, seed=1),
        y_train=train.astype(np.uint8),
        x_test=_rows(test, seed=2),
        y_test=exchanged.astype(np.uint8),
    )


def _rows(labels: NDArray[np.int_], seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).integers(0, 60, (len(labels), 28, 28))
    noise[np.arange(len(labels)), 2 * labels + 4] += 180
    return noise.astype(np.uint8).reshape(-1, 784)


@pytest.fixture(scope="session")
def short() -> TrainingConfig:
    """Three epochs of three batches over `tiny`."""
    return configure("seed", epochs=3, batch_size=32, seed=7)
