"""One compose project for all tests here, built once and thrown away after."""

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compose.containers import Containers, find_compose

if TYPE_CHECKING:
    from training.data import Mnist


@pytest.fixture(scope="session")
def project() -> Iterator[Containers]:
    """Both images built from this clone, on volumes of their own."""
    project = Containers(find_compose(), f"mnist-test-{os.getpid()}", free_port())
    project.run("--profile", "train", "build")
    yield project
    project.run("--profile", "train", "down", "--volumes", "--remove-orphans")


@pytest.fixture
def containers(project: Containers) -> Containers:
    """The service, running and healthy."""
    project.serve()
    return project


@pytest.fixture(scope="session")
def data(mnist: "Mnist", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four IDX files, which the containers' user may read."""
    folder = tmp_path_factory.mktemp("data")
    write_idx(folder / "train-images-idx3-ubyte", mnist.x_train.reshape(-1, 28, 28))
    write_idx(folder / "train-labels-idx1-ubyte", mnist.y_train)
    write_idx(folder / "t10k-images-idx3-ubyte", mnist.x_test.reshape(-1, 28, 28))
    write_idx(folder / "t10k-labels-idx1-ubyte", mnist.y_test)
    folder.chmod(0o755)
    return folder


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write an array of uint8 in the form that MNIST is published in."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
