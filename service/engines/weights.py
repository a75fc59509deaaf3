"""The numbers inside the network, as its explanation needs them.

Whichever engine opened the model, they come out the same. What they are worth for
one picture is left to `service.explanation`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from service.errors import Unexplainable

SHAPES = ((784, 512), (512,), (512, 10), (10,))
"""The shapes of the network's weights: no two are alike."""


@dataclass(frozen=True)
class Weights:
    """softmax(relu(pixels @ hidden + hidden_bias) @ output + output_bias).

    All float32 and contiguous: hidden [784, 512], hidden_bias [512], output
    [512, 10], output_bias [10].
    """

    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.float32]
    output_bias: NDArray[np.float32]

    def logits(self, sums: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [10] of the sums in the hidden units, float32 [512]."""
        return np.maximum(sums, 0) @ self.output + self.output_bias

    @cached_property
    def blank_logits(self) -> NDArray[np.float32]:
        """float32 [10] of a black picture: the same in every explanation."""
        return self.logits(self.hidden_bias)


def by_shape(arrays: Iterable[NDArray[np.float32]]) -> Weights:
    """The weights among `arrays`, in any order; others are passed over.

    Raises Unexplainable where one is missing, or stands there more than once.
    """
    found = [array for array in arrays if array.shape in SHAPES]
    shapes = [array.shape for array in found]
    if sorted(shapes) != sorted(SHAPES):
        raise Unexplainable(
            f"the network has weights of the shapes {shapes}, and only one with "
            f"those of {list(SHAPES)} is explained"
        )
    ordered = sorted(found, key=lambda array: SHAPES.index(array.shape))
    return Weights(*(np.ascontiguousarray(array, np.float32) for array in ordered))
