"""An epoch in one graph does what Keras does batch by batch."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from training.config import OPTIMIZERS, OptimizerName, TrainingConfig
from training.data import Mnist
from training.network import build_network, compile_network
from training.updates import Figures, Updates

OTHERS = [name for name in OPTIMIZERS if name != "rmsprop"]
ORDER = np.arange(96)[::-1].astype(np.int32)


def compiled(config: TrainingConfig) -> keras.Sequential:
    network = build_network(config.seed)
    compile_network(network, config)
    return network


def batch(mnist: Mnist, rows: NDArray[np.int32]) -> tuple[Any, Any]:
    pixels = mnist.x_train[rows].astype(np.float32) / 255
    return pixels, keras.utils.to_categorical(mnist.y_train[rows], 10)


@pytest.mark.parametrize(
    "optimizer",
    ["rmsprop", *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)],
)
def test_the_weights_are_those_of_kerass_own_updates(
    tiny: Mnist, short: TrainingConfig, optimizer: OptimizerName
) -> None:
    config = replace(short, optimizer=optimizer)
    ours, kerass = compiled(config), compiled(config)

    Updates(ours, tiny, batch_size=40).learn(ORDER)
    for first in (0, 40, 80):
        kerass.train_on_batch(*batch(tiny, ORDER[first : first + 40]))

    for one, other in zip(ours.get_weights(), kerass.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    for mine, theirs in zip(
        ours.optimizer.variables, kerass.optimizer.variables, strict=True
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)
    assert int(ours.optimizer.iterations.numpy()) == 3


def test_the_order_decides(tiny: Mnist, short: TrainingConfig) -> None:
    one, other = compiled(short), compiled(short)

    Updates(one, tiny, batch_size=40).learn(ORDER)
    Updates(other, tiny, batch_size=40).learn(ORDER[::-1])

    assert not np.array_equal(one.get_weights()[0], other.get_weights()[0])


def test_a_momentum_of_its_own_is_left_to_keras(
    tiny: Mnist, short: TrainingConfig
) -> None:
    ours, kerass = compiled(short), compiled(short)
    for network in (ours, kerass):
        network.compile(
            optimizer=keras.optimizers.RMSprop(momentum=0.5),
            loss="categorical_crossentropy",
        )

    Updates(ours, tiny, batch_size=96).learn(ORDER)
    kerass.train_on_batch(*batch(tiny, ORDER))

    for one, other in zip(ours.get_weights(), kerass.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_the_figures_are_kerass_of_each_batch_before_its_update(
    tiny: Mnist, short: TrainingConfig
) -> None:
    network = compiled(short)
    before = network.evaluate(*batch(tiny, ORDER), verbose=0, return_dict=True)

    figures = Updates(network, tiny, batch_size=96).learn(ORDER)

    assert figures.pictures == 96
    assert figures.means() == pytest.approx(before, rel=1e-5)


def test_the_test_pictures_are_judged_as_keras_judges_them(
    tiny: Mnist, short: TrainingConfig
) -> None:
    network = compiled(short)
    pixels = tiny.x_test.astype(np.float32) / 255
    labels = keras.utils.to_categorical(tiny.y_test, 10)

    judged = Updates(network, tiny, batch_size=96).judge()

    found = network.evaluate(pixels, labels, verbose=0, return_dict=True)
    assert judged.means() == pytest.approx(found, rel=1e-5)


def test_figures_are_added_by_the_size_of_their_batches() -> None:
    both = Figures(1, 0.5, 1) + Figures(3, 0.3, 2)

    assert both.means("val_") == {
        "val_accuracy": pytest.approx(3 / 4),
        "val_loss": pytest.approx(0.8 / 4),
    }
