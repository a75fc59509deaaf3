"""Everything a run has to tell once the network is fitted, as one value.

What the report, the manifest and the export read; computes nothing itself but
the network's answers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.artifact import Calibration
from service.calibration import calibrate
from service.digits import to_pixels
from service.fingerprint import Fingerprint
from service.typicality import Typicality
from training.calibration import fit_calibration
from training.confidence import Confidence, confidence
from training.config import TrainingConfig
from training.data import Mnist
from training.evaluate import Evaluation, evaluate
from training.fingerprint import fingerprint_of
from training.fit import Trained
from training.typicality import fit_typicality


@dataclass(frozen=True)
class Results:
    """A trained network and what it is worth.

    `probabilities` float32 [n, 10] are its answers to the n test pictures;
    `test` judges the final network on them, `train` on the pictures that it
    learned from; `calibration`, `typicality` and `fingerprint` are of pictures held
    back from it.
    """

    name: str
    command: str
    config: TrainingConfig
    mnist: Mnist
    trained: Trained
    probabilities: NDArray[np.float32]
    test: Evaluation
    train: Evaluation
    calibration: Calibration
    typicality: Typicality
    fingerprint: Fingerprint

    @property
    def calibrated(self) -> NDArray[np.float32]:
        """The test pictures' probabilities as the service answers them, [n, 10]."""
        return calibrate(self.probabilities, self.calibration.temperature)

    @property
    def answers(self) -> dict[str, NDArray[np.float32]]:
        """The test pictures' probabilities [n, 10], the network's own first."""
        return {"as trained": self.probabilities, "calibrated": self.calibrated}

    @property
    def confidence(self) -> dict[str, Confidence]:
        """How far each of `answers` can be believed."""
        labels = self.mnist.y_test
        return {name: confidence(found, labels) for name, found in self.answers.items()}

    @property
    def gap(self) -> float:
        """By how much training accuracy is above test accuracy: overfitting."""
        return self.train.accuracy - self.test.accuracy


@dataclass(frozen=True)
class Pair:
    """A fitted network, and one that has not seen what `Mnist.split` holds back.

    They are the same where the recipe holds it back; else the stranger is a twin.
    """

    trained: Trained
    stranger: Trained


def judge(
    name: str, command: str, config: TrainingConfig, mnist: Mnist, fitted: Pair
) -> Results:
    """The results of a fitted network on `mnist`."""
    trained, split = fitted.trained, mnist.split()
    answers = probabilities(trained, mnist.x_test)
    learned = split if config.holds_back else mnist
    held_back = probabilities(fitted.stranger, split.x_test)
    return Results(
        name=name,
        command=command,
        config=config,
        mnist=mnist,
        trained=trained,
        probabilities=answers,
        test=evaluate(answers, mnist.y_test),
        train=evaluate(probabilities(trained, learned.x_train), learned.y_train),
        calibration=fit_calibration(held_back, split.y_test),
        typicality=fit_typicality(
            split.x_train, split.y_train, split.x_test, held_back.argmax(axis=1)
        ),
        fingerprint=fingerprint_of(split.x_test, held_back),
    )


def probabilities(
    trained: Trained, digits: NDArray[np.uint8], batch: int = 2000
) -> NDArray[np.float32]:
    """The network's answers float32 [n, 10] to digits uint8 [n, 784]."""
    return np.concatenate(
        [
            trained.network(to_pixels(digits[start : start + batch])).numpy()
            for start in range(0, len(digits), batch)
        ]
    )
