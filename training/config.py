"""A recipe is a value: everything that decides what weights come out.

Says nothing of how the network is built or fitted, and imports no TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict, Unpack, get_args

from training.errors import UsageError

OptimizerName = Literal["rmsprop", "sgd", "momentum", "adagrad", "adam"]
OPTIMIZERS: tuple[OptimizerName, ...] = get_args(OptimizerName)

# Keras's defaults, but Adagrad's: at 0.001 it has hardly moved in five epochs.
LEARNING_RATES: Mapping[OptimizerName, float] = {
    "rmsprop": 0.001,
    "sgd": 0.01,
    "momentum": 0.01,
    "adagrad": 0.01,
    "adam": 0.001,
}


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise UsageError(f"{name} is {value}, expected {low} to {high}")


@dataclass(frozen=True)
class TrainingConfig:
    """How one network is trained; equal values give equal weights.

    `epochs` passes over the training pictures in batches of `batch_size`,
    `learning_rate` above 0, `seed` 0 or above: it decides the first weights
    and the order of the pictures.

    Raises UsageError where a number is outside its range.
    """

    recipe: str
    epochs: int
    batch_size: int
    optimizer: OptimizerName
    learning_rate: float
    seed: int

    def __post_init__(self) -> None:
        _check("the number of epochs", self.epochs, 1, 100_000)
        _check("the batch size", self.batch_size, 1, 60_000)
        _check("the seed", self.seed, 0, 2**31 - 1)
        if self.optimizer not in OPTIMIZERS:
            raise UsageError(
                f"the optimizer is {self.optimizer!r}, "
                f"expected one of {', '.join(OPTIMIZERS)}"
            )
        if not 0 < self.learning_rate < float("inf"):
            raise UsageError(
                f"the learning rate is {self.learning_rate}, expected a number above 0"
            )

    def steps(self, pictures: int) -> int:
        """Updates in an epoch over that many pictures; the last batch may be less."""
        return -(-pictures // self.batch_size)


RECIPES: Mapping[str, TrainingConfig] = {
    "seed": TrainingConfig(
        recipe="seed",
        epochs=5,
        batch_size=128,
        optimizer="rmsprop",
        learning_rate=LEARNING_RATES["rmsprop"],
        seed=0,
    ),
}


class Overrides(TypedDict, total=False):
    """What of a recipe can be put in place of its own; None leaves its own."""

    epochs: int | None
    batch_size: int | None
    optimizer: OptimizerName | None
    learning_rate: float | None
    seed: int | None


def configure(recipe: str, **overrides: Unpack[Overrides]) -> TrainingConfig:
    """The recipe of that name with what is not None put in place of its own.

    Another optimizer brings its own learning rate, unless one is given. Raises
    UsageError where there is no such recipe or a value is out of range.
    """
    if recipe not in RECIPES:
        raise UsageError(
            f"the recipe is {recipe!r}, expected one of {', '.join(RECIPES)}"
        )
    changes: dict[str, Any] = {
        name: value for name, value in overrides.items() if value is not None
    }
    if changes.get("optimizer") in LEARNING_RATES:
        changes.setdefault("learning_rate", LEARNING_RATES[changes["optimizer"]])
    return replace(RECIPES[recipe], **changes)
