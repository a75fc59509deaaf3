"""The network taught by a larger one: first the teacher, then its student.

The network itself is `training.network`'s, unchanged. Distorting digits is left to
`training.augmentation`, the teacher's answers to `training.labelled`.
"""

import sys
from collections.abc import Iterator
from functools import partial

import keras
import tensorflow as tf

from training.checkpoint import CheckpointFile
from training.config import TrainingConfig
from training.data import Mnist
from training.distillation import Distillation
from training.epochs import EachEpoch, TellingTime, restore, tell
from training.errors import UsageError
from training.fit import Trained
from training.labelled import (
    Batch,
    Labeller,
    Slices,
    labelled_batches,
    softened_logits,
)
from training.network import build_network
from training.ones import with_ones
from training.schedule import scheduled_adamw
from training.teacher import fit_teacher

TEACHER = "teacher"


def fit_student(
    config: TrainingConfig, mnist: Mnist, file: CheckpointFile, resume: bool
) -> Trained:
    """The network of `config` taught on `mnist`, checkpoints left in `file`.

    The teacher's is a part of its own beside it. With `resume`, goes on from
    them, and ends with the weights of an unbroken run, bit for bit. The test
    pictures are not looked at. Raises UsageError where `config` has no
    distillation, CheckpointError and WriteError as `training.fit` does.
    """
    recipe = config.distillation
    if recipe is None:
        raise UsageError(f"the recipe {config.recipe} has no teacher")
    data, taught = mnist.checksums(), file.part(TEACHER)
    mnist = with_ones(mnist, recipe.ones, config.seed)
    if not resume:  # a stale student must not be resumed by a run begun afresh
        file.remove(config)
    begun = taught.resume(config, data) if resume else None
    start = file.resume(config, data) if resume else None
    if resume:
        tell(begun, TEACHER)
        tell(start, "student")
    before = EachEpoch(config, data, begun, taught.write)
    teacher = fit_teacher(recipe, config, mnist, before, begun)
    saver = EachEpoch(config, data, start, file.write)
    labeller = Labeller(teacher, mnist.x_train, recipe, config.seed)
    student = build_student(config, recipe, len(mnist.y_train))
    if start is not None:
        restore(student, start)
    learn(student, config, recipe, labeller, saver)
    updates = int(student.optimizer.iterations.numpy())
    seconds = before.seconds + saver.seconds
    return Trained(student, saver.history, updates, seconds, before.history)


def distillation_loss(
    targets: tf.Tensor, answers: tf.Tensor, temperature: float
) -> tf.Tensor:
    """Cross-entropy of softened answers, float32 [n], to targets softened alike.

    Times the square of the temperature, which keeps the size of the gradients.
    Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015.
    """
    logits = softened_logits(answers, temperature)
    losses = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
    return temperature**2 * losses


def build_student(
    config: TrainingConfig, recipe: Distillation, pictures: int
) -> keras.Sequential:
    """The network as `training.network` builds it, made ready to be taught.

    `pictures` are those of one slice; the learning rate's course depends on them.
    """
    student = build_network(config.seed)
    student.compile(
        optimizer=scheduled_adamw(
            config.learning_rate,
            config.epochs * _steps(config, recipe, pictures),
            recipe.warmup,
            recipe.weight_decay,
            recipe.averaging,
        ),
        loss=partial(distillation_loss, temperature=recipe.temperature),
        metrics=["accuracy"],
        jit_compile=True,
    )
    return student


def _steps(config: TrainingConfig, recipe: Distillation, pictures: int) -> int:
    """Updates in an epoch over the whole window: whole batches alone."""
    steps = recipe.slices * pictures // config.batch_size
    if steps == 0:
        raise UsageError(
            f"the batch size is {config.batch_size}, expected at most the "
            f"{recipe.slices * pictures} pictures of an epoch"
        )
    return steps


def learn(
    student: keras.Sequential,
    config: TrainingConfig,
    recipe: Distillation,
    slices: Slices,
    saver: EachEpoch,
) -> None:
    """Teach a compiled student what `slices` say; it ends with its averaged weights.

    Goes on after the epochs that `saver` has behind it; it hears of each further.
    """
    done = len(saver.history)
    if done < config.epochs:
        student.fit(
            _feed(config, recipe, slices, done),
            initial_epoch=done,
            epochs=config.epochs,
            steps_per_epoch=_steps(config, recipe, slices.pictures),
            shuffle=False,
            callbacks=[saver, TellingTime("student", done, config.epochs)],
            verbose=1 if sys.stdout.isatty() else 0,
        )
    student.optimizer.finalize_variable_values(student.trainable_variables)


def _feed(
    config: TrainingConfig, recipe: Distillation, slices: Slices, start: int
) -> tf.data.Dataset:
    """Batches of the epochs from `start` on: pixels [b, 784], targets [b, 10]."""
    size = config.batch_size

    def batches() -> Iterator[Batch]:
        epochs = range(start, config.epochs)
        return labelled_batches(slices, recipe.slices, size, config.seed, epochs)

    signature = (
        tf.TensorSpec([size, 784], tf.uint8),
        tf.TensorSpec([size, 10], tf.float32),
    )
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    return dataset.map(_as_float).prefetch(4)


def _as_float(pictures: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.cast(pictures, tf.float32) / 255, targets
