"""The network is the one that the contract fixes."""

import keras
import numpy as np
import pytest

from training.config import LEARNING_RATES, OptimizerName
from training.network import PARAMETERS, build_network, build_optimizer


def test_the_network_has_407050_parameters_in_two_dense_layers() -> None:
    network = build_network()

    hidden, output = network.layers
    assert network.count_params() == PARAMETERS == 407_050
    assert (hidden.units, hidden.activation) == (512, keras.activations.relu)
    assert (output.units, output.activation) == (10, keras.activations.softmax)


def test_the_seed_alone_decides_the_first_weights() -> None:
    one, again, other = (build_network(seed).get_weights() for seed in (1, 1, 2))

    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0], other[0])
    assert not np.array_equal(one[2], other[2])


@pytest.mark.parametrize(
    ("name", "kind", "momentum"),
    [
        ("rmsprop", "RMSprop", 0),
        ("sgd", "SGD", 0),
        ("momentum", "SGD", 0.9),
        ("adagrad", "Adagrad", None),
        ("adam", "Adam", None),
    ],
)
def test_each_name_is_that_optimizer(
    name: OptimizerName, kind: str, momentum: float | None
) -> None:
    optimizer = build_optimizer(name, LEARNING_RATES[name])

    assert type(optimizer).__name__ == kind
    assert getattr(optimizer, "momentum", None) == momentum
    assert float(optimizer.learning_rate) == pytest.approx(LEARNING_RATES[name])
