"""The manifest of a new version: what it is, how good, and where it came from.

Written last, over the finished files; the number in it is the publisher's to
change.
"""

import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from service.artifact import Manifest, checksums
from training.export import INPUT, OUTPUT
from training.results import Results

TOLERANCE = 1e-5
LIBRARIES = ("ai-edge-litert", "keras", "numpy", "tensorflow")


def manifest_of(folder: Path, number: int, results: Results) -> Manifest:
    """The manifest for the files now in `folder`, as version `number`."""
    return Manifest(
        name=results.name,
        version=number,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        input=INPUT,
        output=OUTPUT,
        labels=tuple(str(digit) for digit in range(10)),
        files=checksums(folder),
        tolerance=TOLERANCE,
        metrics=_metrics(results),
        training=_training(results),
        calibration=results.calibration,
        fingerprint=results.fingerprint,
    )


def _metrics(results: Results) -> dict[str, Any]:
    return {
        "test_accuracy": results.test.accuracy,
        "test_accuracy_interval_95": results.test.interval,
        "test_loss": results.test.loss,
        "train_accuracy": results.train.accuracy,
        "train_loss": results.train.loss,
        "accuracy_gap": results.gap,
        "test_confidence": {
            name: asdict(figures) for name, figures in results.confidence.items()
        },
    }


def _training(results: Results) -> dict[str, Any]:
    return {
        "recipe": results.config.recipe,
        "config": results.config.as_dict(),
        "seed": results.config.seed,
        "command": results.command,
        "updates": results.trained.updates,
        "seconds": round(results.trained.seconds, 2),
        "data_sha256": results.mnist.checksums(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
