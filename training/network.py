"""The network: 784 inputs, 512 ReLUs, a softmax over ten digits.

Builds and compiles it; how it is fed and fitted is left to `training.fit`.
"""

from typing import Any

import keras

from training.config import OptimizerName, TrainingConfig

PARAMETERS = 407_050


def build_network(seed: int = 0) -> keras.Sequential:
    """The network with its first weights, which `seed` alone decides.

    Takes float32 [n, 784] in 0..1, answers probabilities float32 [n, 10].
    """
    return keras.Sequential(
        [
            keras.Input((784,), name="pixels"),
            _dense(512, "relu", "hidden", 2 * seed),
            _dense(10, "softmax", "probabilities", 2 * seed + 1),
        ],
        name="mnist",
    )


def compile_network(network: keras.Sequential, config: TrainingConfig) -> None:
    """Make `network` ready to fit: optimizer, categorical cross-entropy, accuracy."""
    network.compile(
        optimizer=build_optimizer(config.optimizer, config.learning_rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )


def build_optimizer(name: OptimizerName, rate: float) -> Any:
    """A Keras optimizer; `momentum` is SGD with a momentum of 0.9."""
    if name == "rmsprop":
        return keras.optimizers.RMSprop(rate)
    if name == "sgd":
        return keras.optimizers.SGD(rate)
    if name == "momentum":
        return keras.optimizers.SGD(rate, momentum=0.9)
    if name == "adagrad":
        return keras.optimizers.Adagrad(rate)
    if name == "adamw":
        return keras.optimizers.AdamW(rate)
    return keras.optimizers.Adam(rate)


def _dense(units: int, activation: str, name: str, seed: int) -> Any:
    first_weights = keras.initializers.GlorotUniform(seed=seed)
    return keras.layers.Dense(
        units, activation=activation, kernel_initializer=first_weights, name=name
    )
