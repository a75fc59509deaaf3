"""The default engine: LiteRT runs `model.tflite` without TensorFlow.

An interpreter serves one thread at a time, and each weighs as much as the network
once more. A few pictures are so soon answered that one, the one that proved the
network, does for all threads; for many at once there are as many others as were ever
needed together.
"""

from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from service.artifact import TFLITE_MODEL
from service.engines.quiet import silent_stderr
from service.engines.weights import SHAPES, Weights, by_shape

FEW = 128
"""Pictures that take the network about a millisecond."""


class LiteRTEngine:
    """`model.tflite` of one version folder, read once into memory."""

    def __init__(self, folder: Path) -> None:
        self._model = (folder / TFLITE_MODEL).read_bytes()
        with silent_stderr():  # its first interpreter greets, and no setting stops it
            self._first = _Session(self._model)
        self._turn = Lock()
        self._others: list[_Session] = []

    def predict(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Softmax probabilities [n, 10] of pixels [n, 784] in 0..1, n >= 1."""
        if len(pixels) > FEW:
            return self._predict_many(pixels)
        with self._turn:
            return self._first.run(pixels)

    def _predict_many(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            session = self._others.pop()  # a list's pop and append are atomic
        except IndexError:
            session = _Session(self._model)
        probabilities = session.run(pixels)
        self._others.append(session)  # not after an error, which may have spoilt it
        return probabilities

    @cached_property
    def weights(self) -> Weights:
        """What the network multiplies with; 1.6 MB from when first asked for.

        Raises Unexplainable where it is another network than 784-512-10.
        """
        # Never allocated: that would pack every weight once more to run them.
        interpreter = Interpreter(model_content=self._model, num_threads=1)
        return by_shape(
            interpreter.get_tensor(tensor["index"]).T
            for tensor in interpreter.get_tensor_details()
            if tuple(tensor["shape"][::-1]) in SHAPES
        )


class _Session:
    """An interpreter, allocated for the batch size it last saw."""

    def __init__(self, model: bytes) -> None:
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._interpreter.allocate_tensors()
        self._batch = 1

    def run(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(pixels) != self._batch:
            self._interpreter.resize_tensor_input(self._input, pixels.shape)
            self._interpreter.allocate_tensors()
            self._batch = len(pixels)
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        probabilities: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return probabilities
