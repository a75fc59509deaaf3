"""Everything a run has to tell once the network is fitted, as one value.

What the report, the manifest and the export read; computes nothing itself but
the network's answers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.digits import to_pixels
from training.config import TrainingConfig
from training.data import Mnist
from training.evaluate import Evaluation, evaluate
from training.fit import Trained


@dataclass(frozen=True)
class Results:
    """A trained network and what it is worth.

    `probabilities` float32 [n, 10] are its answers to the n test pictures;
    `test` and `train` judge the final network on the whole of each set.
    """

    name: str
    command: str
    config: TrainingConfig
    mnist: Mnist
    trained: Trained
    probabilities: NDArray[np.float32]
    test: Evaluation
    train: Evaluation

    @property
    def gap(self) -> float:
        """By how much training accuracy is above test accuracy: overfitting."""
        return self.train.accuracy - self.test.accuracy


def judge(
    name: str, command: str, config: TrainingConfig, mnist: Mnist, trained: Trained
) -> Results:
    """The results of a fitted network on both halves of `mnist`."""
    answers = probabilities(trained, mnist.x_test)
    on_training = probabilities(trained, mnist.x_train)
    return Results(
        name=name,
        command=command,
        config=config,
        mnist=mnist,
        trained=trained,
        probabilities=answers,
        test=evaluate(answers, mnist.y_test),
        train=evaluate(on_training, mnist.y_train),
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
