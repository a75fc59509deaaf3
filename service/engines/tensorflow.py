"""The reference engine: TensorFlow runs `model.keras` itself.

The only module of the service that imports TensorFlow, and only once a worker
has been forked: TensorFlow's threads do not survive a fork.
"""

from functools import cached_property
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from service.artifact import KERAS_MODEL
from service.digits import Shown, to_pixels
from service.engines.weights import Weights, by_shape


class TensorFlowEngine:
    """`model.keras` of one version folder, traced once into a graph."""

    def __init__(self, folder: Path) -> None:
        model = tf.keras.models.load_model(
            folder / KERAS_MODEL, compile=False, safe_mode=True
        )
        # A concrete function, since model.predict costs 86 ms a call, 180 times
        # as much: it builds a data pipeline each time.
        self._model = model
        self._predict = tf.function(
            lambda pixels: model(pixels, training=False),
            input_signature=[tf.TensorSpec([None, 784], tf.float32)],
        ).get_concrete_function()

    def predict(self, shown: Shown) -> NDArray[np.float32]:
        """Softmax probabilities, float32 [n, 10], of what is shown, [n, 784], n >= 1.

        Digits get the same, to the last bit, as the pixels that they stand for.
        """
        pixels = tf.constant(to_pixels(shown))
        probabilities: NDArray[np.float32] = self._predict(pixels).numpy()
        return probabilities

    @cached_property
    def weights(self) -> Weights:
        """What the network multiplies with; 1.6 MB from when first asked for.

        Raises Unexplainable where it is another network than 784-512-10.
        """
        return by_shape(self._model.get_weights())
