"""The figures of a run as `report/metrics.json`, for programs to read.

The pictures are drawn by `training.figures`, the words by `training.model_card`.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.confidence import confidence, reliability
from training.evaluate import Evaluation
from training.results import Results


def metrics(results: Results) -> dict[str, Any]:
    """Shares in 0..1, losses in nats; confusion is true digit by predicted."""
    return {
        "test": _summary(results.test),
        "train": _summary(results.train),
        "gap": {
            "accuracy": results.gap,
            "loss": results.test.loss - results.train.loss,
        },
        "temperature": results.calibration.temperature,
        "test_confidence": {
            name: _confidence(answers, results.mnist.y_test)
            for name, answers in results.answers.items()
        },
        "epochs": [asdict(epoch) for epoch in results.trained.history],
        "teacher_epochs": [asdict(epoch) for epoch in results.trained.teacher],
        "classes": [asdict(figures) for figures in results.test.classes],
        "confusion": results.test.confusion.tolist(),
    }


def _confidence(
    answers: NDArray[np.float32], labels: NDArray[np.uint8]
) -> dict[str, Any]:
    bins = [asdict(one) for one in reliability(answers, labels)]
    return {**asdict(confidence(answers, labels)), "bins": bins}


def _summary(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "pictures": evaluation.pictures,
        "accuracy": evaluation.accuracy,
        "accuracy_interval_95": evaluation.interval,
        "loss": evaluation.loss,
    }
