"""What stands in for the network and for a version on disk, checkable by head."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.artifact import (
    KERAS_MODEL,
    TFLITE_MODEL,
    Manifest,
    TensorSpec,
    checksums,
    write_manifest,
)
from service.digits import Shown, to_pixels
from service.engines.weights import Weights
from service.serving.proof import Golden, ProvedModel, write_golden
from service.serving.snapshot import Snapshot
from service.serving.store import Store
from service.settings import Settings
from service.typicality import Typicality


@dataclass(frozen=True)
class Digit:
    """One real test digit: its file, the digit it shows, its bytes and pixels."""

    path: Path
    label: int
    encoded: bytes
    pixels: NDArray[np.uint8]


class FakeEngine:
    """Reads the digit off the first pixel: a first pixel of 7 is a seven.

    It gives that digit 0.91 and every other 0.01, and keeps what it was shown, as
    pixels.
    """

    def __init__(self) -> None:
        self.shown: list[NDArray[np.float32]] = []

    def predict(self, shown: Shown) -> NDArray[np.float32]:
        pixels = to_pixels(shown)
        self.shown.append(pixels)
        digits = np.rint(pixels[:, 0] * 255).astype(int) % 10
        probabilities = np.full((len(pixels), 10), 0.01, np.float32)
        probabilities[np.arange(len(pixels)), digits] = 0.91
        return probabilities

    @property
    def weights(self) -> Weights:
        """A network that answers the same for a first pixel of 0 to 10.

        Its logits are log(91) for the digit read, else 0. Its units are relu(first
        pixel - k) for k from -1 to 11; that of n - 1, less twice that of n, plus
        that of n + 1, is 1 for a pixel of n and 0 for other whole numbers.
        """
        hidden, output = np.zeros((784, 13)), np.zeros((13, 10))
        hidden[0] = 255
        for n in range(11):
            output[n : n + 3, n % 10] += np.log(91) * np.array([1, -2, 1])
        arrays = (hidden, np.arange(1, -12, -1), output, np.zeros(10))
        return Weights(*(array.astype(np.float32) for array in arrays))


def fake_digit(digit: int) -> NDArray[np.uint8]:
    """Pixels uint8 [784] that FakeEngine reads as `digit`, and as MNIST has them.

    Ink in a square in the middle, and so much in the corner that both together
    are 20 pixels high; for 0 the corner is 10, since it may not be empty.
    """
    pixels = np.zeros((28, 28), np.uint8)
    pixels[9:20, 9:20] = 255
    pixels[0, 0] = digit or 10
    return pixels.reshape(784)


def fake_manifest(version: int = 1, files: dict[str, str] | None = None) -> Manifest:
    """A manifest of a version whose probabilities nobody calibrated."""
    return Manifest(
        name="mnist",
        version=version,
        created="2026-01-02T03:04:05Z",
        input=TensorSpec("pixels", "float32", (-1, 784)),
        output=TensorSpec("probabilities", "float32", (-1, 10)),
        labels=tuple("0123456789"),
        files=files or {},
        tolerance=1e-5,
        metrics={"accuracy": 0.9},
        training={"recipe": "seed"},
    )


def fake_version(models_dir: Path, version: int = 1) -> Path:
    """A version on disk that proves itself with FakeEngine; its folder."""
    folder = models_dir / "mnist" / str(version)
    folder.mkdir(parents=True)
    digits = np.stack([fake_digit(digit) for digit in range(10)])
    golden = Golden(digits, FakeEngine().predict(to_pixels(digits)))
    (folder / KERAS_MODEL).write_bytes(b"no real network")
    (folder / TFLITE_MODEL).write_bytes(b"nor here")
    write_golden(folder, golden)
    write_manifest(folder, fake_manifest(version, checksums(folder)))
    return folder


def fake_typicality() -> Typicality:
    """A digit is as typical as it is small: 0 is 1.0, 1 is 0.9, 9 is 0.1.

    Nothing explains any picture, so that each falls short by what is usual.
    """
    return Typicality(
        bases=np.zeros((10, 196, 2), np.float32),
        usual=(np.arange(10) / 10).astype(np.float32),
        heft=np.zeros(10, np.float32),
        steps=(np.arange(10) / 10 + 0.05).astype(np.float32),
        p_values=(1 - np.arange(11) / 10).astype(np.float32),
    )


def fake_store(
    settings: Settings, typicality: Typicality | None = None, **engines: FakeEngine
) -> Store:
    """A store that serves these engines: `v1=FakeEngine()` as version 1."""
    store = Store(settings)
    numbered = {int(name.removeprefix("v")): e for name, e in engines.items()}
    models = {
        n: ProvedModel(fake_manifest(n), e, typicality) for n, e in numbered.items()
    }
    store.serve(Snapshot(models, {}, default=max(models, default=None)))
    return store
