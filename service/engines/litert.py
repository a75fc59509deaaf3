"""The default engine: LiteRT runs `model.tflite` without TensorFlow.

An interpreter serves one thread at a time, and weighs as much as the network once
more. One does for a worker: threads take turns, of a millisecond or two.
"""

from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from service.artifact import TFLITE_MODEL
from service.digits import Shown, write_pixels
from service.engines.quiet import silent_stderr
from service.engines.weights import SHAPES, Weights, by_shape

BLOCK = 128
"""Pictures that are shown to the network at once: they take it about a millisecond.

A thousand at once are no faster, each, and what is made of them weighs eight times
as much.
"""


class LiteRTEngine:
    """`model.tflite` of one version folder, read once into memory."""

    def __init__(self, folder: Path) -> None:
        self._model = (folder / TFLITE_MODEL).read_bytes()
        with silent_stderr():  # its first interpreter greets, and no setting stops it
            self._interpreter = Interpreter(model_content=self._model, num_threads=1)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        # A view of it may not outlive the next resizing or invoking.
        self._view_of_input = self._interpreter.tensor(self._input)
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._allocated = 1
        self._next, self._turn = Lock(), Lock()

    def predict(self, shown: Shown) -> NDArray[np.float32]:
        """Softmax probabilities, float32 [n, 10], of what is shown, [n, 784], n >= 1.

        Digits get the same, to the last bit, as the pixels that they stand for.
        """
        if len(shown) <= BLOCK:
            return self._run(shown)
        blocks = range(0, len(shown), BLOCK)
        return np.concatenate([self._run(shown[n : n + BLOCK]) for n in blocks])

    def _run(self, shown: Shown) -> NDArray[np.float32]:
        with self._next:  # one lock alone goes to who just had it: others would starve
            self._turn.acquire()
        try:
            if len(shown) != self._allocated:
                self._allocated = 0  # until it has succeeded
                self._interpreter.resize_tensor_input(self._input, shown.shape)
                self._interpreter.allocate_tensors()
                self._allocated = len(shown)
            if shown.dtype == np.uint8:  # where they are needed, not copied there
                write_pixels(shown, self._view_of_input())
            else:
                self._interpreter.set_tensor(self._input, shown)
            self._interpreter.invoke()
            found: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
            return found
        finally:
            self._turn.release()

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
