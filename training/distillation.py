"""How a teacher is used to train the network: the values, and what they may be.

Part of a recipe, so it imports no TensorFlow; distorting, teaching and learning
are left to `training.augmentation`, `training.teacher` and `training.student`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from training.errors import UsageError


@dataclass(frozen=True)
class Distortion:
    """How far a picture may be distorted at most; 0 leaves a distortion out.

    Each picture has a strength of its own, uniform in 0..1, and each amount is
    uniform in plus or minus its maximum times that strength: most copies stay
    near the original, a few go far, and none goes further than this.
    """

    rotation: float = 30.0  # degrees
    scale: float = 0.30  # natural logarithm
    aspect: float = 0.20  # natural logarithm, half of it on each axis
    slant: float = 0.35  # pixels sideways per pixel down
    shift: float = 3.5  # pixels, along each axis
    elastic: float = 1.8  # pixels, root mean square
    stroke: float = 0.9  # share of a one-pixel dilation (+) or erosion (-)
    blur: float = 1.0  # share of a 3x3 binomial blur; none where negative
    contrast: float = 1.8  # natural logarithm of the ink curve's slope; 0 if negative
    threshold: float = 0.25  # shift of the grey that the ink curve keeps, from 0.5
    noise: float = 0.15  # half the range of uniform noise; none where negative
    specks: float = 0.004  # share of pixels that are bright; none where negative

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            require(f"the distortion's {name}", value, 0, 90)


@dataclass(frozen=True)
class Teaching:
    """How the teacher is trained: AdamW, linear warm-up, cosine to zero.

    `warmup` is the share of all updates over which the learning rate rises;
    `channels` the filters of the first half of its convolutions.
    """

    epochs: int = 10
    batch_size: int = 128
    channels: int = 24
    learning_rate: float = 4e-3
    warmup: float = 1 / 15
    weight_decay: float = 1e-3

    def __post_init__(self) -> None:
        require("the teacher's number of epochs", self.epochs, 1, 100_000)
        require("the teacher's batch size", self.batch_size, 1, 60_000)
        require("the teacher's channels", self.channels, 1, 1024)
        require("the teacher's learning rate", self.learning_rate, 1e-9, 10)
        require("the teacher's warm-up", self.warmup, 0, 0.9)
        require("the teacher's weight decay", self.weight_decay, 0, 1)


@dataclass(frozen=True)
class Distillation:
    """What the network learns from: a teacher's answers to distorted digits.

    An epoch passes over `slices` distorted copies of the training set, of which
    one is new. Both answers are softened by `temperature`; `averaging` is the
    momentum of the weights' moving average, which is what is kept in the end.
    Ones with an upstroke or a foot, `ones` as a share of the training set, are added.
    """

    slices: int = 4
    temperature: float = 3.0
    warmup: float = 0.05
    weight_decay: float = 1e-2
    averaging: float = 0.9995
    ones: float = 0.03
    teacher: Teaching = field(default_factory=Teaching)
    distortion: Distortion = field(default_factory=Distortion)

    def __post_init__(self) -> None:
        require("the number of slices", self.slices, 1, 12)
        require("the temperature", self.temperature, 0.1, 100)
        require("the warm-up", self.warmup, 0, 0.9)
        require("the weight decay", self.weight_decay, 0, 1)
        require("the averaging", self.averaging, 0, 0.999999)
        require("the share of ones", self.ones, 0, 1)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Distillation":
        """What `dataclasses.asdict` made a dict of."""
        parts = {
            "teacher": Teaching(**values["teacher"]),
            "distortion": Distortion(**values["distortion"]),
        }
        return cls(**{**values, **parts})


def require(name: str, value: float, low: float, high: float) -> None:
    """Raise UsageError where `value` is not in `low` to `high`, both allowed."""
    if not low <= value <= high:
        raise UsageError(f"{name} is {value}, expected {low} to {high}")
