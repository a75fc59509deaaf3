"""What a killed run leaves behind, and `--resume` takes up: one npz file.

Holds weights, optimizer state, history and config as of an epoch's end, as
plain arrays: no pickle. When to write one is left to `training.fit`.
"""

import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from training.config import TrainingConfig
from training.errors import CheckpointError, WriteError

_METADATA = "metadata"


@dataclass(frozen=True)
class Epoch:
    """One epoch's figures, shares in 0..1 and cross-entropy in nats.

    The training figures are the means over the epoch's batches while the
    network was learning, as Keras shows them; the test figures are taken at
    the epoch's end, and None in a run that judges them once, when it has ended.
    """

    epoch: int
    train_accuracy: float
    train_loss: float
    test_accuracy: float | None
    test_loss: float | None


@dataclass(frozen=True)
class Checkpoint:
    """A run as it stood after its last whole epoch.

    `data` are the checksums of the arrays, `seconds` the time spent fitting;
    `weights` and `optimizer` are the variables in Keras's order.
    """

    config: TrainingConfig
    data: Mapping[str, str]
    history: tuple[Epoch, ...]
    seconds: float
    weights: tuple[NDArray[Any], ...]
    optimizer: tuple[NDArray[Any], ...]


class CheckpointFile:
    """The one checkpoint of a recipe in a folder of versions."""

    def __init__(self, folder: Path, recipe: str, beside: Path) -> None:
        """`beside` is a folder of this run alone, on the same file system."""
        self.path = folder / f".checkpoint-{recipe}.npz"
        self._recipe = recipe
        self._beside = beside / self.path.name

    def part(self, name: str) -> Self:
        """The checkpoint of an earlier part of the same run, beside this one."""
        recipe = f"{self._recipe}-{name}"
        return type(self)(self.path.parent, recipe, self._beside.parent)

    def write(self, checkpoint: Checkpoint) -> None:
        """Put `checkpoint` in place of what was there, whole or not at all.

        Raises WriteError where the disk fails; the old one is then still there.
        """
        try:
            with self._beside.open("wb") as file:
                np.savez(file, allow_pickle=False, **_arrays(checkpoint))
                file.flush()
                os.fsync(file.fileno())
            os.replace(self._beside, self.path)
        except OSError as error:
            self._beside.unlink(missing_ok=True)
            raise WriteError(
                f"the checkpoint {self.path} cannot be written: {error.strerror}"
            ) from error

    def read(self) -> Checkpoint | None:
        """What was last written; None where nothing was.

        Raises CheckpointError where the file is no checkpoint of this code.
        """
        try:
            encoded = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            with np.load(io.BytesIO(encoded), allow_pickle=False) as archive:
                return _checkpoint(dict(archive))
        except Exception as error:  # zip, npy, JSON and key errors, all the same
            raise CheckpointError(
                f"{self.path} cannot be read ({error}); remove it to start afresh"
            ) from error

    def resume(
        self, config: TrainingConfig, data: Mapping[str, str]
    ) -> Checkpoint | None:
        """The checkpoint of exactly that run; None where there is none at all.

        Raises CheckpointError naming each field in which it differs.
        """
        found = self.read()
        if found is None:
            return None
        there, here = found.config.flat(), config.flat()
        differences = [
            f"{name} is {there.get(name)!r} there and {here.get(name)!r} here"
            for name in {**there, **here}
            if there.get(name) != here.get(name)
        ]
        if found.data != data:
            differences.append("it was trained on other data")
        if differences:
            raise CheckpointError(
                f"{self.path} is of another run: {', '.join(differences)}; "
                "give that run's options, or leave out --resume to start afresh"
            )
        return found

    def remove(self, config: TrainingConfig) -> None:
        """Remove the checkpoint of that config, leaving one of another run."""
        try:
            found = self.read()
        except CheckpointError:
            return
        if found is not None and found.config == config:
            self.path.unlink(missing_ok=True)


def _arrays(checkpoint: Checkpoint) -> dict[str, NDArray[Any]]:
    metadata = {
        "config": checkpoint.config.as_dict(),
        "data": dict(checkpoint.data),
        "history": [asdict(epoch) for epoch in checkpoint.history],
        "seconds": checkpoint.seconds,
    }
    encoded = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    return {
        _METADATA: encoded,
        **_numbered("weights", checkpoint.weights),
        **_numbered("optimizer", checkpoint.optimizer),
    }


def _checkpoint(arrays: Mapping[str, NDArray[Any]]) -> Checkpoint:
    metadata = json.loads(arrays[_METADATA].tobytes())
    return Checkpoint(
        config=TrainingConfig.from_dict(metadata["config"]),
        data=metadata["data"],
        history=tuple(Epoch(**epoch) for epoch in metadata["history"]),
        seconds=float(metadata["seconds"]),
        weights=_in_order("weights", arrays),
        optimizer=_in_order("optimizer", arrays),
    )


def _numbered(group: str, arrays: tuple[NDArray[Any], ...]) -> dict[str, NDArray[Any]]:
    return {f"{group}-{number:03}": array for number, array in enumerate(arrays)}


def _in_order(
    group: str, arrays: Mapping[str, NDArray[Any]]
) -> tuple[NDArray[Any], ...]:
    names = sorted(name for name in arrays if name.startswith(f"{group}-"))
    return tuple(arrays[name] for name in names)
