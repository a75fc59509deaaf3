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
FEW = 16
"""So many pictures are compared one by one: what is told of each is then the same,
to the last bit, whichever others came with it."""

_ARRAYS = ("bases", "usual", "heft", "steps", "p_values")
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
    [10]: the shortfall for a unit of energy. `steps` float32 [m], ascending, and
    `p_values` float32 [m + 1], descending, in 0..1: the first is that of every
    shortfall up to the first step, the last of those above all.
    """

    bases: NDArray[np.float32]
    usual: NDArray[np.float32]
    heft: NDArray[np.float32]
    steps: NDArray[np.float32]
    p_values: NDArray[np.float32]

    def of(
        self, digits: NDArray[np.uint8], predicted: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """The typicality float32 [n] of digits uint8 [n, 784] read as `predicted`.

        The share, in 0..1, of held-back real digits that look less like a digit:
        a conformal p-value (Vovk, Gammerman & Shafer 2005), so that of real digits
        a share p is at p or below. `predicted` intp [n] is in 0..9, n >= 1.
        """
        shortfall = self.shortfall(digits, predicted)
        return self.p_values.take(self.steps.searchsorted(shortfall))

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
    energy = np.vecdot(pictures, pictures)
    inside = _projected(bases, pictures, predicted)
    return energy, np.vecdot(inside, inside) / (energy + _NO_INK)


def _projected(
    bases: NDArray[np.float32],
    pictures: NDArray[np.float32],
    predicted: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Each shrunk picture on the subspace of its digit: float32 [n, k]."""
    projected = np.empty((len(pictures), bases.shape[2]), np.float32)
    if len(pictures) <= FEW:
        for row, digit in enumerate(predicted.tolist()):
            np.matmul(pictures[row], bases[digit], out=projected[row])
        return projected
    for digit in set(predicted.tolist()):
        rows = np.flatnonzero(predicted == digit)
        projected[rows] = pictures[rows] @ bases[digit]
    return projected


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
            found = {name: arrays[name] for name in _ARRAYS}
    except Exception as error:  # zip, npy and OS errors, all meaning the same
        raise ArtifactError(f"{path} cannot be read: {error}") from error
    _check(path, found)
    return Typicality(**found | {"bases": found["bases"].astype(np.float32)})


def write_typicality(folder: Path, typicality: Typicality) -> None:
    """Write `typicality` into the version in `folder`; equal ones to equal bytes."""
    arrays = {name: getattr(typicality, name) for name in _ARRAYS}
    arrays["bases"] = arrays["bases"].astype(np.float16)
    np.savez_compressed(folder / TYPICALITY, **arrays)


def _check(path: Path, arrays: dict[str, NDArray[np.floating]]) -> None:
    """Raise ArtifactError where the arrays are not as `Typicality` has them."""
    size, length = arrays["bases"].shape[-1:], arrays["steps"].size
    shapes = ((10, FEATURES, *size), (10,), (10,), (length,), (length + 1,))
    for name, shape in zip(_ARRAYS, shapes, strict=True):
        dtype = np.float16 if name == "bases" else np.float32
        _expect(path, name, arrays[name], dtype, shape)
    steps, p = arrays["steps"], arrays["p_values"]
    if not (np.diff(steps) >= 0).all() or not (np.diff(p) <= 0).all():
        raise ArtifactError(
            f"{path} has steps or p-values out of order, expected steps that ascend "
            "and p-values that descend"
        )
    if p[-1] < 0 or p[0] > 1:
        raise ArtifactError(
            f"{path} has p-values from {p[-1]:g} to {p[0]:g}, expected 0 to 1"
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
