"""How much a picture looks like the digits that the network learned from.

A conformal p-value of the picture's distance from the shapes of the digit that
the network read. How it is fitted is left to `training.typicality`, what is done
with it to `service.classifier`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.artifact import TYPICALITY
from service.digits import SIDE
from service.errors import ArtifactError

SHRUNK = 14
"""Pictures are compared at this side, blurred: pens differ, shapes do not."""
FEATURES = SHRUNK * SHRUNK

_ARRAYS = ("bases", "usual", "heft", "table")
_AT_ONCE = 64  # pictures, whose bases together stay in the processor's cache
_NO_INK = np.float32(1e-6)  # keeps a blank picture from dividing by nothing


def _shrinking() -> NDArray[np.float32]:
    """Every second pixel of a blur by 1, 3, 3, 1: float32 [14, 28]."""
    shrinking = np.zeros((SHRUNK, SIDE + 2), np.float32)
    for row in range(SHRUNK):
        shrinking[row, 2 * row : 2 * row + 4] = (1, 3, 3, 1)
    return np.ascontiguousarray(shrinking[:, 1:-1] / 8)


_DOWN = _shrinking()
_ACROSS = np.ascontiguousarray(_DOWN.T)


def shrunk(digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Digits uint8 [n, 784], blurred and at half their side: float32 [n, 196]."""
    narrow = digits.reshape(-1, SIDE).astype(np.float32) @ _ACROSS
    return (_DOWN @ narrow.reshape(-1, SIDE, SHRUNK)).reshape(-1, FEATURES)


@dataclass(frozen=True)
class Typicality:
    """What the held-back digits looked like, and how much anything else does.

    `bases` float32 [10, 196, k], each value one that float16 holds: orthonormal
    columns that span what shrunk pictures of each digit look like. `usual`
    float32 [10]: what makes the median shortfall of each digit 0. `heft` float32
    [10]: the shortfall for a unit of energy. `table` float64 [2, m]: shortfalls,
    ascending, and the p-value of each, descending, in 0..1.
    """

    bases: NDArray[np.float32]
    usual: NDArray[np.float32]
    heft: NDArray[np.float32]
    table: NDArray[np.float64]

    def of(
        self, digits: NDArray[np.uint8], predicted: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """The typicality float32 [n] of digits uint8 [n, 784] read as `predicted`.

        The share, in 0..1, of held-back real digits that look less like a digit:
        a conformal p-value (Vovk, Gammerman & Shafer 2005), so that of real digits
        a share p is at p or below. `predicted` intp [n] is in 0..9, n >= 1.
        """
        shortfall = self.shortfall(digits, predicted)
        return np.interp(shortfall, *self.table).astype(np.float32)

    def shortfall(
        self, digits: NDArray[np.uint8], predicted: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """How far each falls short of its digit's median: float32 [n].

        Less for a likeness, more for ink: a blot is as smooth as any subspace.
        """
        energy, likeness = compared(self.bases, digits, predicted)
        allowed = self.usual.take(predicted) + self.heft.take(predicted) * energy
        return np.asarray(allowed - likeness)


def compared(
    bases: NDArray[np.float32], digits: NDArray[np.uint8], predicted: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The energy of each shrunk picture and how like its digit it is: float32 [n].

    The energy is the sum of squares. The likeness, in 0..1, is the share of it in
    the subspace of the digit: the squared cosine of the angle to it (CLAFIC:
    Watanabe et al. 1967; Oja 1983), so that faint noise is no more like a digit
    than bright noise. That of a blank picture is 0.
    """
    pictures = shrunk(digits)
    explained = [
        _explained(bases, pictures[first : first + _AT_ONCE], predicted[first:])
        for first in range(0, len(pictures), _AT_ONCE)
    ]
    energy = np.vecdot(pictures, pictures)
    return energy, np.concatenate(explained) / (energy + _NO_INK)


def _explained(
    bases: NDArray[np.float32],
    pictures: NDArray[np.float32],
    predicted: NDArray[np.intp],
) -> NDArray[np.float32]:
    """The energy of each of `pictures` [n, 196] in the subspace of its digit: [n]."""
    own = bases.take(predicted[: len(pictures)], axis=0)
    parts = pictures[:, None] @ own
    return np.asarray(np.vecdot(parts, parts)[:, 0])


def read_typicality(folder: Path) -> Typicality | None:
    """The typicality of the version in `folder`; None where it carries none.

    Raises ArtifactError where the file cannot be read or holds something else.
    """
    path = folder / TYPICALITY
    if not path.exists():
        return None
    try:
        # Opened here, since np.load leaves a damaged file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            bases, usual, heft, table = (arrays[name] for name in _ARRAYS)
    except Exception as error:  # zip, npy and OS errors, all meaning the same
        raise ArtifactError(f"{path} cannot be read: {error}") from error
    _check(path, bases, usual, heft, table)
    return Typicality(bases.astype(np.float32), usual, heft, table)


def write_typicality(folder: Path, typicality: Typicality) -> None:
    """Write `typicality` into the version in `folder`; equal ones to equal bytes."""
    np.savez_compressed(
        folder / TYPICALITY,
        bases=typicality.bases.astype(np.float16),
        usual=typicality.usual,
        heft=typicality.heft,
        table=typicality.table,
    )


def _check(
    path: Path,
    bases: NDArray[np.float16],
    usual: NDArray[np.float32],
    heft: NDArray[np.float32],
    table: NDArray[np.float64],
) -> None:
    """Raise ArtifactError where the arrays are not as `Typicality` has them."""
    size, length = bases.shape[-1:], table.shape[-1:]
    _expect(path, "bases", bases, np.float16, (10, FEATURES, *size))
    _expect(path, "usual", usual, np.float32, (10,))
    _expect(path, "heft", heft, np.float32, (10,))
    _expect(path, "table", table, np.float64, (2, *length))
    shortfall, p = table
    if not (np.diff(shortfall) >= 0).all() or not (np.diff(p) <= 0).all():
        raise ArtifactError(f"{path} has a table out of order, expected it monotone")
    if p.min() < 0 or p.max() > 1:
        raise ArtifactError(
            f"{path} has p-values from {p.min():g} to {p.max():g}, expected 0 to 1"
        )


def _expect(
    path: Path,
    name: str,
    array: NDArray[np.generic],
    dtype: type[np.floating],
    shape: tuple[int, ...],
) -> None:
    if array.dtype != dtype or array.shape != shape or array.size == 0:
        raise ArtifactError(
            f"{path} has {name} {array.dtype} {array.shape}, "
            f"expected {np.dtype(dtype)} {shape}, and not empty"
        )
    if not np.isfinite(array).all():
        raise ArtifactError(f"{path} has {name} that are no finite numbers")
