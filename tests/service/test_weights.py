"""The network's weights, sorted out of whatever a model file holds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from service.engines.weights import SHAPES, by_shape
from service.errors import Unexplainable

WEIGHTS = [
    np.full(shape, number, np.float32) for number, shape in enumerate(SHAPES, start=1)
]


def _values(arrays: list[NDArray[np.float32]]) -> list[float]:
    found = by_shape(arrays)
    named = (found.hidden, found.hidden_bias, found.output, found.output_bias)
    assert tuple(array.shape for array in named) == SHAPES
    return [float(array.flat[0]) for array in named]


def test_they_are_found_in_any_order() -> None:
    assert _values(WEIGHTS) == [1, 2, 3, 4]
    assert _values(WEIGHTS[::-1]) == [1, 2, 3, 4]


def test_other_tensors_are_passed_over() -> None:
    others = [np.zeros((1, 784), np.float32), np.zeros((), np.float32)]

    assert _values(others + WEIGHTS) == [1, 2, 3, 4]


def test_they_come_out_contiguous_and_float32() -> None:
    turned = np.asfortranarray(WEIGHTS[0])

    found = by_shape([turned, *WEIGHTS[1:]])

    assert not turned.flags.c_contiguous
    assert found.hidden.flags.c_contiguous
    assert found.hidden.dtype == np.float32


@pytest.mark.parametrize("missing", range(4))
def test_another_network_is_refused(missing: int) -> None:
    wider = [np.zeros((784, 800), np.float32)]

    with pytest.raises(Unexplainable, match="the network has weights of the shapes"):
        by_shape(WEIGHTS[:missing] + WEIGHTS[missing + 1 :] + wider)


def test_a_deeper_network_is_refused() -> None:
    with pytest.raises(Unexplainable, match=r"\(512,\), \(512,\)"):
        by_shape([*WEIGHTS[:2], *WEIGHTS[1:]])
