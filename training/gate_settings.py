"""What a new default may be worse by, read from the environment.

How it is found out is left to `training.gate`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from training.errors import UsageError

_TEXT = """\
  MNIST_GATE_ALPHA   {alpha:<6g} accuracy: refused where so many pictures are lost by
                            chance less often than this (McNemar's exact test);
                            0 refuses nothing, 0.5 nearly any loss
  MNIST_GATE_ECE     {ece:<6g} the calibration error may be higher by so much
  MNIST_GATE_PARITY  {parity:<6g} the engines may differ by so much in a probability
  MNIST_GATE_SIZE    {size:<6g} the folder may be so many times as large
  MNIST_GATE_SPEED   {speed:<6g} one prediction may take so many times as long"""


@dataclass(frozen=True)
class GateSettings:
    """What the gate allows, against the present default on the same test pictures.

    GATE_HELP says what each is, by its variable.
    """

    alpha: float = 0.05
    ece: float = 0.003
    parity: float = 1e-5
    size: float = 1.25
    speed: float = 1.5

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "GateSettings":
        """Read the MNIST_GATE_ variables; UsageError names the first bad one."""
        return cls(
            alpha=_number(environ, "MNIST_GATE_ALPHA", cls.alpha, 1),
            ece=_number(environ, "MNIST_GATE_ECE", cls.ece, 1),
            parity=_number(environ, "MNIST_GATE_PARITY", cls.parity, 1),
            size=_number(environ, "MNIST_GATE_SIZE", cls.size, 1000),
            speed=_number(environ, "MNIST_GATE_SPEED", cls.speed, 1000),
        )


def _number(
    environ: Mapping[str, str], variable: str, default: float, most: int
) -> float:
    text = environ.get(variable, "").strip() or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= most:  # neither holds for nan
        return value
    raise UsageError(f"{variable}={text!r}: expected a number from 0 to {most}")


GATE_HELP = _TEXT.format(**asdict(GateSettings()))
"""For `mnist-train --help`: every variable, its default and what it allows."""
