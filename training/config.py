"""A recipe is a value: everything that decides what weights come out.

Says nothing of how the network is built or fitted, and imports no TensorFlow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypedDict, Unpack, get_args

from training.distillation import Distillation, require
from training.errors import UsageError

OptimizerName = Literal["rmsprop", "sgd", "momentum", "adagrad", "adam", "adamw"]
OPTIMIZERS: tuple[OptimizerName, ...] = get_args(OptimizerName)

# Keras's defaults, but Adagrad's: at 0.001 it has hardly moved in five epochs.
LEARNING_RATES: Mapping[OptimizerName, float] = {
    "rmsprop": 0.001,
    "sgd": 0.01,
    "momentum": 0.01,
    "adagrad": 0.01,
    "adam": 0.001,
    "adamw": 0.001,
}


@dataclass(frozen=True)
class TrainingConfig:
    """How one network is trained; equal values give equal weights.

    `epochs` passes over the training pictures in batches of `batch_size`,
    `learning_rate` above 0, `seed` 0 or above: it decides the first weights
    and the order of the pictures. With a `distillation` the network learns a
    teacher's answers to distorted digits, and that part decides too.

    Raises UsageError where a number is outside its range.
    """

    recipe: str
    epochs: int
    batch_size: int
    optimizer: OptimizerName
    learning_rate: float
    seed: int
    distillation: Distillation | None = None

    def __post_init__(self) -> None:
        require("the number of epochs", self.epochs, 1, 100_000)
        require("the batch size", self.batch_size, 1, 60_000)
        require("the seed", self.seed, 0, 2**31 - 1)
        if self.optimizer not in OPTIMIZERS:
            raise UsageError(
                f"the optimizer is {self.optimizer!r}, "
                f"expected one of {', '.join(OPTIMIZERS)}"
            )
        if not 0 < self.learning_rate < float("inf"):
            raise UsageError(
                f"the learning rate is {self.learning_rate}, expected a number above 0"
            )
        if self.distillation is not None and self.optimizer != "adamw":
            raise UsageError(
                f"the optimizer is {self.optimizer!r}, expected adamw: "
                f"the recipe {self.recipe} is trained with no other"
            )

    @property
    def holds_back(self) -> bool:
        """Whether the pictures that `Mnist.split` holds back are not trained on."""
        return self.distillation is not None

    def steps(self, pictures: int) -> int:
        """Updates in an epoch over that many pictures; the last batch may be less."""
        return -(-pictures // self.batch_size)

    def as_dict(self) -> dict[str, Any]:
        """The values for JSON, without the parts that this recipe has not."""
        return {name: part for name, part in asdict(self).items() if part is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """What `as_dict` made a dict of; KeyError or TypeError where it did not."""
        part = values.get("distillation")
        found = None if part is None else Distillation.from_dict(part)
        return cls(**{**values, "distillation": found})

    def flat(self) -> dict[str, Any]:
        """Each single value by its name, `distillation.teacher.epochs` and so on."""
        return dict(_flat("", self.as_dict()))


def _flat(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield prefix + name, value


RECIPES: Mapping[str, TrainingConfig] = {
    "seed": TrainingConfig(
        recipe="seed",
        epochs=5,
        batch_size=128,
        optimizer="rmsprop",
        learning_rate=LEARNING_RATES["rmsprop"],
        seed=0,
    ),
    "best": TrainingConfig(
        recipe="best",
        epochs=100,
        batch_size=256,
        optimizer="adamw",
        learning_rate=0.01,
        seed=0,
        distillation=Distillation(),
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
