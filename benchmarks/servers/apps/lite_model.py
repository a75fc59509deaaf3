"""The model as the contenders hold it: one LiteRT interpreter, one picture at a time.

BENCHMARK_MODEL names the .tflite file. Not for several threads at once.
"""

import os

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image


class LiteModel:
    """Reads pictures of 28 x 28."""

    def __init__(self) -> None:
        path = os.environ["BENCHMARK_MODEL"]
        self._interpreter = Interpreter(model_path=path, num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def probabilities(self, image: Image.Image) -> list[float]:
        """Of the digits 0 to 9."""
        pixels = np.asarray(image.convert("L"), np.float32).reshape(1, 784) / 255
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        answer: list[float] = self._interpreter.get_tensor(self._output)[0].tolist()
        return answer

    def answer(self, image: Image.Image) -> dict[str, int | list[float]]:
        """The likeliest digit, and how likely each is."""
        probabilities = self.probabilities(image)
        digit = max(range(10), key=probabilities.__getitem__)
        return {"digit": digit, "probabilities": probabilities}
