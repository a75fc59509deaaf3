"""What runs the network: one protocol, two engines behind it.

An engine knows one opened model and nothing of pictures, versions or HTTP.
Engines are imported only when chosen, so that TensorFlow stays out of a
process that does not use it.
"""

import contextlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

if TYPE_CHECKING:  # a command that only checks its settings starts without NumPy
    import numpy as np
    from numpy.typing import NDArray

    from service.digits import Shown
    from service.engines.weights import Weights

EngineName = Literal["litert", "tensorflow"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)


class Engine(Protocol):
    """The network, ready to answer; safe to call from several threads."""

    def predict(self, shown: "Shown") -> "NDArray[np.float32]":
        """Softmax probabilities, float32 [n, 10], of what is shown, [n, 784], n >= 1.

        Digits get the same, to the last bit, as the pixels that they stand for.
        """
        ...

    @property
    def weights(self) -> "Weights":
        """What the network multiplies with, read when first asked for, then kept.

        Raises Unexplainable where it is another network than 784-512-10.
        """
        ...


def survives_fork(name: EngineName) -> bool:
    """Whether what was opened before a fork answers after it.

    TensorFlow's threads do not survive one. LiteRT is asked to make none.
    """
    return name == "litert"


def answers_alike(name: EngineName) -> bool:
    """Whether it says the same of a picture, to the last bit, whichever come with it.

    How TensorFlow sums depends on how many there are.
    """
    return name == "litert"


def preload(name: EngineName) -> None:
    """Import what the engine needs, if it survives a fork: workers then share it.

    A library that is missing is told of by `open_engine`.
    """
    if survives_fork(name):
        with contextlib.suppress(ImportError):
            importlib.import_module("service.engines.litert")


def open_engine(name: EngineName, folder: Path) -> Engine:
    """Open the model in the version `folder`, whose checksums were verified.

    Raises ImportError where the engine's library is not installed, and
    whatever that library raises where it cannot read the model.
    """
    if name == "tensorflow":
        from service.engines.tensorflow import TensorFlowEngine

        return TensorFlowEngine(folder)
    from service.engines.litert import LiteRTEngine

    return LiteRTEngine(folder)
