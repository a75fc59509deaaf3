"""What happens at the end of each epoch, and what a run is taken up from.

The same for every network that is fitted, teachers too; the file itself is left
to `training.checkpoint`.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from training.checkpoint import Checkpoint, Epoch
from training.config import TrainingConfig


def restore(network: keras.Sequential, checkpoint: Checkpoint) -> None:
    """Put a checkpoint's weights and optimizer state into a compiled network."""
    network.set_weights(list(checkpoint.weights))
    network.optimizer.build(network.trainable_variables)
    for variable, value in zip(
        network.optimizer.variables, checkpoint.optimizer, strict=True
    ):
        variable.assign(value)


class EachEpoch(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps the history and hands a checkpoint on at each epoch's end."""

    def __init__(
        self,
        config: TrainingConfig,
        data: Mapping[str, str],
        start: Checkpoint | None,
        write: Callable[[Checkpoint], None],
    ) -> None:
        super().__init__()
        self.history: tuple[Epoch, ...] = start.history if start else ()
        self.seconds = start.seconds if start else 0.0
        self._config = config
        self._data = data
        self._write = write
        self._since = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = logs or {}
        now = time.perf_counter()
        self.seconds, self._since = self.seconds + now - self._since, now
        self.history += (
            Epoch(
                epoch=epoch + 1,
                train_accuracy=float(figures["accuracy"]),
                train_loss=float(figures["loss"]),
                test_accuracy=figures.get("val_accuracy"),
                test_loss=figures.get("val_loss"),
            ),
        )
        self._write(self._checkpoint())

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(
            config=self._config,
            data=self._data,
            history=self.history,
            seconds=self.seconds,
            weights=tuple(self.model.get_weights()),
            optimizer=_values(self.model.optimizer.variables),
        )


class TellingTime(keras.callbacks.Callback):  # type: ignore[misc]
    """A line at each epoch's end, with the time that is left of this part."""

    def __init__(self, part: str, first: int, epochs: int) -> None:
        """`part` is what is being fitted, `first` the epochs that it has behind it."""
        super().__init__()
        self._part = part
        self._first = first
        self._epochs = epochs
        self._since = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = logs or {}
        done = epoch + 1
        seconds = (time.perf_counter() - self._since) / (done - self._first)
        print(
            f"{self._part} epoch {done} of {self._epochs}: "
            f"accuracy {figures['accuracy']:.4f}, loss {figures['loss']:.4f}, "
            f"{seconds:.1f} s an epoch, "
            f"{(self._epochs - done) * seconds / 60:.0f} min left",
            flush=True,
        )


def tell(start: Checkpoint | None, part: str = "") -> None:
    """Say where a run that was asked to resume goes on; `part` names a part of it."""
    named = f"{part}: " if part else ""
    if start is None:
        print(f"{named}no checkpoint to resume, starting afresh", flush=True)
    else:
        print(f"{named}resuming after epoch {len(start.history)}", flush=True)


def _values(variables: list[Any]) -> tuple[Any, ...]:
    return tuple(np.asarray(variable.numpy()) for variable in variables)
