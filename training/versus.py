"""What the gate compares: an exported version's answers, size and speed.

Asks the engines of the files on disk, as the service does, not the network that was
trained; what is good enough is left to `training.gate`.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.artifact import size_of
from service.calibration import calibrate
from service.digits import to_pixels
from service.engines import Engine
from service.serving.proof import prove
from training.confidence import confidence
from training.data import Mnist

ROUNDS, PREDICTIONS = 40, 25


@dataclass(frozen=True)
class Measured:
    """A version on the test pictures, by the engine that serves by default.

    `probabilities` float32 [n, 10] are the network's own, `right` bool [n] tells which
    pictures were read right, `ece` is of the calibrated ones, in 0..1; `size` in bytes.
    """

    engine: Engine
    probabilities: NDArray[np.float32]
    right: NDArray[np.bool_]
    ece: float
    size: int

    @property
    def accuracy(self) -> float:
        """The share read right, in 0..1."""
        return float(self.right.mean())


def measure(folder: Path, mnist: Mnist) -> Measured:
    """Prove the version in `folder` and ask it for every test picture.

    ArtifactError where it fails its proof.
    """
    proved = prove(folder, "litert")
    answers = proved.engine.predict(to_pixels(mnist.x_test))
    calibration = proved.manifest.calibration
    served = calibrate(answers, calibration.temperature) if calibration else answers
    return Measured(
        engine=proved.engine,
        probabilities=answers,
        right=answers.argmax(axis=1) == mnist.y_test,
        ece=confidence(served, mnist.y_test).ece,
        size=size_of(folder),
    )


def parity(folder: Path, measured: Measured, mnist: Mnist) -> float:
    """By how much the two engines differ at most in a probability, in 0..1."""
    other = prove(folder, "tensorflow").engine.predict(to_pixels(mnist.x_test))
    return float(np.abs(other - measured.probabilities).max())


def seconds_each(
    one: Engine, other: Engine, pixels: NDArray[np.float32]
) -> tuple[float, float]:
    """Seconds that one prediction takes each engine, for pixels [1, 784].

    They take turns, so that a busy machine slows both, and the fastest turn counts,
    which is the one that was least disturbed.
    """
    turns = [(_turn(one, pixels), _turn(other, pixels)) for _ in range(ROUNDS)]
    first, second = zip(*turns, strict=True)
    return min(first), min(second)


def _turn(engine: Engine, pixels: NDArray[np.float32]) -> float:
    since = time.perf_counter()
    for _ in range(PREDICTIONS):
        engine.predict(pixels)
    return (time.perf_counter() - since) / PREDICTIONS
