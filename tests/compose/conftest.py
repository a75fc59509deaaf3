"""One compose project for all tests here, built once and thrown away after."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

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
    """A folder with mnist.npz, which the containers' user may read."""
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / "mnist.npz", **vars(mnist))
    folder.chmod(0o755)
    return folder


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
