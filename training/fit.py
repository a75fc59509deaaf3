"""Fitting the network, an epoch at a time, so that any epoch can be the last.

Takes a run up where its checkpoint left it. A network that learns from a teacher
is left to `training.student`, what the figures mean to `training.evaluate` and
each epoch's checkpoint to `training.epochs`.
"""

import sys
from dataclasses import dataclass

import keras
from keras.utils import Progbar

from training.checkpoint import CheckpointFile, Epoch
from training.config import TrainingConfig
from training.data import Mnist
from training.epochs import EachEpoch, restore, tell
from training.feed import epoch_order
from training.network import build_network, compile_network
from training.updates import Figures, Updates

UPDATES_PER_CALL = 67
"""Enough that Python is out of the way, few enough that a bar moves."""
STATEFUL = ("accuracy", "loss", "val_accuracy", "val_loss")
"""Shown as they are; the bar would take means of them otherwise."""


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
    network = build_network(config.seed)
    compile_network(network, config)
    if start is not None:
        restore(network, start)
    saver = EachEpoch(config, data, start, file.write)
    saver.set_model(network)
    if len(saver.history) < config.epochs:
        _fit(network, config, mnist, saver)
    updates = int(network.optimizer.iterations.numpy())
    return Trained(network, saver.history, updates, saver.seconds)


def _fit(
    network: keras.Sequential, config: TrainingConfig, mnist: Mnist, saver: EachEpoch
) -> None:
    updates = Updates(network, mnist, config.batch_size)
    for epoch in range(len(saver.history), config.epochs):
        print(f"Epoch {epoch + 1}/{config.epochs}", flush=True)
        saver.on_epoch_end(epoch, _epoch(updates, config, len(mnist.y_train), epoch))


def _epoch(
    updates: Updates, config: TrainingConfig, pictures: int, epoch: int
) -> dict[str, float]:
    """One epoch; its figures, as Keras names them, shown on a bar as it goes on."""
    order = epoch_order(config.seed, epoch, pictures)
    size = config.batch_size * UPDATES_PER_CALL
    steps = config.steps(pictures)
    # A bar that overwrites itself on a terminal, a line an epoch in a log.
    bar = Progbar(
        steps,
        verbose=1 if sys.stdout.isatty() else 2,
        stateful_metrics=STATEFUL,
    )
    figures = Figures()
    for first in range(0, pictures, size):
        figures += updates.learn(order[first : first + size])
        done = config.steps(min(first + size, pictures))
        bar.update(done, list(figures.means().items()), finalize=False)
    means = {**figures.means(), **updates.judge().means("val_")}
    bar.update(steps, list(means.items()), finalize=True)
    return means
