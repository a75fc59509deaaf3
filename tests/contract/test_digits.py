"""Digits, and the pixels that they stand for, are one and the same to an engine."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from service.digits import to_pixels
from service.engines import ENGINES, Engine, open_engine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=ENGINES)
def engine(models_dir: Path, newest: int, request: pytest.FixtureRequest) -> Engine:
    return open_engine(request.param, models_dir / "mnist" / str(newest))


@pytest.mark.parametrize("count", [1, 128, 129, 1024])
def test_digits_get_what_their_pixels_get_to_the_last_bit(
    engine: Engine, pixels: NDArray[np.uint8], count: int
) -> None:
    digits = np.resize(pixels, (count, 784))

    answers = engine.predict(digits)

    assert answers.dtype == np.float32
    np.testing.assert_array_equal(answers, engine.predict(to_pixels(digits)))
