"""Fitting the network, an epoch at a time, so that any epoch can be the last.

Takes a run up where its checkpoint left it. What the figures mean is left to
`training.evaluate`, what a checkpoint looks like to `training.checkpoint`.
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from training.checkpoint import Checkpoint, CheckpointFile, Epoch
from training.config import TrainingConfig
from training.data import Mnist
from training.feed import judging_batches, training_batches
from training.network import build_network, compile_network


@dataclass(frozen=True)
class Trained:
    """A fitted network, how it got there and the seconds that fitting took."""

    network: keras.Sequential
    history: tuple[Epoch, ...]
    updates: int
    seconds: float


def fit(
    config: TrainingConfig, mnist: Mnist, file: CheckpointFile, resume: bool
) -> Trained:
    """The network of `config` trained on `mnist`, a checkpoint left in `file`.

    With `resume`, goes on from the checkpoint that `file` holds, if any, and
    ends with the weights of an unbroken run, bit for bit. Raises CheckpointError
    where it is another run's and WriteError where the disk fails.
    """
    data = mnist.checksums()
    start = file.resume(config, data) if resume else None
    if resume:
        _tell(start)
    steps = config.steps(len(mnist.y_train))
    network = build_network(config.seed)
    compile_network(network, config, steps_per_execution(steps))
    if start is not None:
        restore(network, start)
    saver = _EachEpoch(config, data, start, file.write)
    if len(saver.history) < config.epochs:
        _fit(network, config, mnist, saver)
    updates = int(network.optimizer.iterations.numpy())
    return Trained(network, saver.history, updates, saver.seconds)


def steps_per_execution(steps: int) -> int:
    """How many updates TensorFlow makes per call from Python: up to ten.

    Has to divide an epoch's steps, since the feed goes on into the next epoch.
    """
    return max(count for count in range(1, 11) if steps % count == 0)


def restore(network: keras.Sequential, checkpoint: Checkpoint) -> None:
    """Put a checkpoint's weights and optimizer state into a compiled network."""
    network.set_weights(list(checkpoint.weights))
    network.optimizer.build(network.trainable_variables)
    for variable, value in zip(
        network.optimizer.variables, checkpoint.optimizer, strict=True
    ):
        variable.assign(value)


class _EachEpoch(keras.callbacks.Callback):  # type: ignore[misc]
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
                test_accuracy=float(figures["val_accuracy"]),
                test_loss=float(figures["val_loss"]),
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


def _fit(
    network: keras.Sequential, config: TrainingConfig, mnist: Mnist, saver: _EachEpoch
) -> None:
    start = len(saver.history)
    network.fit(
        training_batches(config, mnist, start),
        validation_data=judging_batches(mnist),
        initial_epoch=start,
        epochs=config.epochs,
        steps_per_epoch=config.steps(len(mnist.y_train)),
        shuffle=False,
        callbacks=[saver],
        # A bar that overwrites itself on a terminal, a line an epoch in a log.
        verbose=1 if sys.stdout.isatty() else 2,
    )


def _tell(start: Checkpoint | None) -> None:
    if start is None:
        print("no checkpoint to resume, starting afresh", flush=True)
    else:
        print(f"resuming after epoch {len(start.history)}", flush=True)


def _values(variables: list[Any]) -> tuple[Any, ...]:
    return tuple(np.asarray(variable.numpy()) for variable in variables)
