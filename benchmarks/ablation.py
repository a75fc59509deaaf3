"""What each ingredient of the best recipe is worth: `python -m benchmarks.ablation`.

Teaches the network by short runs that differ in one ingredient each, and judges them
on the held-back training pictures; the test pictures are not looked at.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from training.libraries import import_tensorflow

import_tensorflow()

import keras  # noqa: E402, after TensorFlow, which is imported in silence
import tensorflow as tf  # noqa: E402

from training.augmentation import distort  # noqa: E402
from training.checkpoint import CheckpointFile  # noqa: E402
from training.config import RECIPES, TrainingConfig  # noqa: E402
from training.data import Mnist, load_mnist  # noqa: E402
from training.distillation import Distillation, Distortion  # noqa: E402
from training.epochs import EachEpoch  # noqa: E402
from training.feed import graph_seed  # noqa: E402
from training.labelled import Labeller, Slice, softened_logits  # noqa: E402
from training.ones import with_ones  # noqa: E402
from training.sources import sources  # noqa: E402
from training.student import TEACHER, build_student, learn  # noqa: E402
from training.teacher import fit_teacher  # noqa: E402

AFFINE = ("rotation", "scale", "aspect", "slant", "shift")
PIXELS = ("blur", "contrast", "threshold", "noise", "specks")
SEED = 1

Labels = Literal["the teacher's", "hard", "smoothed"]


@dataclass(frozen=True)
class Variant:
    """The recipe with one ingredient changed; `labels` are what is learned."""

    name: str
    recipe: Distillation
    learning_rate: float = RECIPES["best"].learning_rate
    labels: Labels = "the teacher's"
    constant: bool = False


def shortened(passes: int) -> Distillation:
    """The whole recipe for a run of so few passes.

    The weights are averaged over the same share of the run as in a whole one.
    """
    recipe = Distillation()
    whole = RECIPES["best"].epochs * recipe.slices
    forgotten = (1 - recipe.averaging) * whole / passes
    return replace(recipe, averaging=max(0.0, 1 - forgotten))


def variants(whole: Distillation) -> Iterator[Variant]:
    """The whole recipe first, then each ingredient off or otherwise."""
    yield Variant("the whole recipe", whole)
    plain = replace(whole, temperature=1.0)
    yield Variant("labels in place of the teacher's answers", plain, labels="hard")
    yield Variant("labels smoothed by 0.1 in their place", plain, labels="smoothed")
    for temperature in (1.0, 8.0):
        changed = replace(whole, temperature=temperature)
        yield Variant(f"answers at temperature {temperature:g}", changed)
    for rate in (2e-3, 2e-2):
        yield Variant(f"learning rate {rate:g}", whole, learning_rate=rate)
    yield Variant("learning rate constant", whole, constant=True)
    yield Variant("weights not averaged", replace(whole, averaging=0.0))
    yield Variant("no weight decay", replace(whole, weight_decay=0.0))
    yield Variant("one slice at a time", replace(whole, slices=1))
    yield Variant("no ones with an upstroke", replace(whole, ones=0.0))
    for name, parts in (
        ("no distortion at all", tuple(vars(whole.distortion))),
        ("no affine distortion", AFFINE),
        ("no elastic distortion", ("elastic",)),
        ("no change of stroke width", ("stroke",)),
        ("no blur, contrast, noise or specks", PIXELS),
    ):
        less = replace(whole.distortion, **dict.fromkeys(parts, 0.0))
        yield Variant(name, replace(whole, distortion=less))


class Bank:
    """Slices as a variant wants them, made once for all that distort alike."""

    def __init__(self, teacher: keras.Model, split: Mnist) -> None:
        self._teacher = teacher
        self._plain = len(split.y_train)
        self._learned = with_ones(split, Distillation().ones, SEED)
        self.made = cache(self._make)

    def slices(self, variant: Variant) -> "BankSlices":
        """What the variant learns from."""
        labels = self._learned.y_train  # the ones come last
        return BankSlices(
            self, variant, labels if variant.recipe.ones else labels[: self._plain]
        )

    def _make(self, distortion: Distortion, number: int) -> Slice:
        """A slice whose targets are the teacher's unsoftened answers."""
        recipe = Distillation(temperature=1.0, distortion=distortion)
        labeller = Labeller(self._teacher, self._learned.x_train, recipe, SEED)
        return labeller.slice(number)


@dataclass(frozen=True)
class BankSlices:
    """The slices of one variant; labels uint8 [n]."""

    bank: Bank
    variant: Variant
    labels: NDArray[np.uint8]

    @property
    def pictures(self) -> int:
        """How many there are in a slice."""
        return len(self.labels)

    def slice(self, number: int) -> Slice:
        """Slice `number`, labelled as the variant says."""
        recipe = self.variant.recipe
        made, count = self.bank.made(recipe.distortion, number), self.pictures
        found = Slice(made.pictures[:count], made.targets[:count])
        if self.variant.labels == "the teacher's":
            logits = softened_logits(found.targets, recipe.temperature)
            return replace(found, targets=tf.nn.softmax(logits).numpy())
        truth = np.eye(10, dtype=np.float32)[self.labels]
        if self.variant.labels == "smoothed":
            truth = 0.9 * truth + np.float32(0.01)
        return replace(found, targets=truth)


def taught(variant: Variant, bank: Bank, passes: int) -> keras.Sequential:
    """The network taught as the variant says, by that many passes over the digits."""
    config = replace(
        RECIPES["best"],
        seed=SEED,
        epochs=passes // variant.recipe.slices,
        learning_rate=variant.learning_rate,
        distillation=variant.recipe,
    )
    slices = bank.slices(variant)
    student = build_student(config, variant.recipe, slices.pictures)
    if variant.constant:
        student.compile(
            constant_adamw(variant),
            student.loss,
            metrics=["accuracy"],
            jit_compile=True,
        )
    saver = EachEpoch(config, {}, None, lambda _: None)
    learn(student, config, variant.recipe, slices, saver)
    return student


def constant_adamw(variant: Variant) -> Any:
    """The recipe's optimizer without the course of its learning rate."""
    return keras.optimizers.AdamW(
        variant.learning_rate,
        weight_decay=variant.recipe.weight_decay,
        use_ema=True,
        ema_momentum=variant.recipe.averaging,
    )


def teacher_of(config: TrainingConfig, split: Mnist, folder: Path) -> keras.Sequential:
    """The recipe's teacher, from the checkpoint in `folder` as far as there is one."""
    recipe = config.distillation or Distillation()
    data, learned = split.checksums(), with_ones(split, recipe.ones, config.seed)
    file = CheckpointFile(folder, config.recipe, folder).part(TEACHER)
    start = file.resume(config, data)
    saver = EachEpoch(config, data, start, file.write)
    return fit_teacher(recipe, config, learned, saver, start)


def distorted(split: Mnist) -> NDArray[np.uint8]:
    """The held-back digits as the whole recipe distorts them, uint8 [n, 784]."""
    pictures = tf.constant(split.x_test.reshape(-1, 28, 28), tf.float32) / 255
    seed = tf.constant(graph_seed(SEED, 2**20))
    copies = distort(pictures, seed, Distortion()).numpy()
    return np.asarray(np.rint(copies * 255), np.uint8).reshape(-1, 784)


def accuracy(
    network: keras.Sequential, digits: NDArray[np.uint8], labels: Any
) -> float:
    """The share of digits uint8 [n, 784] that are read as their labels."""
    answers = network.predict(digits.astype("f4") / 255, batch_size=1000, verbose=0)
    return float((answers.argmax(axis=1) == labels).mean())


def main() -> int:
    """Teach every variant, telling how it goes, then print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation")
    parser.add_argument("--passes", type=int, default=24, help="over the digits")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(".ablation"),
        help="keeps the teacher's checkpoint, about a quarter of an hour's work",
    )
    given = parser.parse_args()
    given.folder.mkdir(exist_ok=True)
    split = load_mnist(sources(None, os.environ)).split()
    config = replace(RECIPES["best"], seed=SEED)
    bank = Bank(teacher_of(config, split, given.folder), split)
    judged = {"held back": split.x_test, "distorted": distorted(split)}
    table = [f"| {given.passes} passes | {' | '.join(judged)} |", "|---|---:|---:|"]
    for variant in variants(shortened(given.passes)):
        print(f"\n{variant.name}", flush=True)
        network = taught(variant, bank, given.passes)
        row = [f"{accuracy(network, x, split.y_test):.2%}" for x in judged.values()]
        table.append(f"| {variant.name} | {' | '.join(row)} |")
        print(table[-1], flush=True)
    print("", *table, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
