"""The figures of a run as `report/metrics.json`, for programs to read.

The pictures are drawn by `training.figures`, the words by `training.model_card`.
"""

from dataclasses import asdict
from typing import Any

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
        "epochs": [asdict(epoch) for epoch in results.trained.history],
        "teacher_epochs": [asdict(epoch) for epoch in results.trained.teacher],
        "classes": [asdict(figures) for figures in results.test.classes],
        "confusion": results.test.confusion.tolist(),
    }


def _summary(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "pictures": evaluation.pictures,
        "accuracy": evaluation.accuracy,
        "accuracy_interval_95": evaluation.interval,
        "loss": evaluation.loss,
    }
