"""Fitting the network, an epoch at a time, so that any epoch can be the last.

Takes a run up where its checkpoint left it. A network that learns from a teacher
is left to `training.student`, what the figures mean to `training.evaluate` and
each epoch's checkpoint to `training.epochs`.
"""

import sys
from dataclasses import dataclass

import keras

from training.checkpoint import CheckpointFile, Epoch
from training.config import TrainingConfig
from training.data import Mnist
from training.epochs import EachEpoch, restore, tell
from training.feed import judging_batches, training_batches
from training.network import build_network, compile_network


@dataclass(frozen=True)
class Trained:
    """A fitted network, how it got there and the seconds that fitting took.

    `teacher` is the history of its teacher, where it had one.
    """

    network: keras.Sequential
    history: tuple[Epoch, ...]
    updates: int
    seconds: float
    teacher: tuple[Epoch, ...] = ()


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
        tell(start)
    steps = config.steps(len(mnist.y_train))
    network = build_network(config.seed)
    compile_network(network, config, steps_per_execution(steps))
    if start is not None:
        restore(network, start)
    saver = EachEpoch(config, data, start, file.write)
    if len(saver.history) < config.epochs:
        _fit(network, config, mnist, saver)
    updates = int(network.optimizer.iterations.numpy())
    return Trained(network, saver.history, updates, saver.seconds)


def steps_per_execution(steps: int) -> int:
    """How many updates TensorFlow makes per call from Python: up to ten.

    Has to divide an epoch's steps, since the feed goes on into the next epoch.
    """
    return max(count for count in range(1, 11) if steps % count == 0)


def _fit(
    network: keras.Sequential, config: TrainingConfig, mnist: Mnist, saver: EachEpoch
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
