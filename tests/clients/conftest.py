"""What clients that others wrote are asked about, and what they must be told."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from service.artifact import version_numbers
from service.digits import to_pixels
from service.engines import open_engine
from tests.fakes import Digit


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
