"""What clients that others wrote are asked about, and what they must be told."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from service.artifact import version_numbers
from service.digits import to_pixels
from service.engines import open_engine
from tests.fakes import Digit
from tests.load.server import Server, running


@pytest.fixture(scope="session")
def newest(models_dir: Path) -> int:
    """The version that answers by default."""
    return version_numbers(models_dir, "mnist")[-1]


@pytest.fixture(scope="session")
def pixels(digits: list[Digit]) -> NDArray[np.uint8]:
    """The forty digits, uint8 [40, 784]."""
    return np.stack([digit.pixels for digit in digits])


@pytest.fixture(scope="session")
def expected(
    models_dir: Path, newest: int, pixels: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """What the network itself says of them, float32 [40, 10]."""
    engine = open_engine("litert", models_dir / "mnist" / str(newest))
    return engine.predict(to_pixels(pixels))


@pytest.fixture(scope="session")
def labelled(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serves version 1, stable, by default and 2 as canary; refuses 3."""
    folder = tmp_path_factory.mktemp("served")
    versions = folder / "models" / "mnist"
    versions.mkdir(parents=True)
    for number in ("1", "2"):
        (versions / number).symlink_to(models_dir / "mnist" / number)
    (versions / "3").mkdir()
    (versions / "labels.json").write_text(json.dumps({"stable": 1, "canary": 2}))
    with running(folder / "models", folder / "log", WORKERS="1") as server:
        yield server


@pytest.fixture(scope="session")
def floats(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The same as the network takes them, float32 [40, 784] in 0..1."""
    return to_pixels(pixels)


@pytest.fixture(scope="session")
def probabilities(
    floats: NDArray[np.float32], models_dir: Path
) -> dict[int, NDArray[np.float32]]:
    """What each version's own network says of them: float32 [40, 10], by version."""
    versions = {number: models_dir / "mnist" / str(number) for number in (1, 2)}
    return {
        number: open_engine("litert", folder).predict(floats)
        for number, folder in versions.items()
    }
