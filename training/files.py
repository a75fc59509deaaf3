"""The two file forms in which MNIST is handed around: IDX and npz.

From bytes to the four arrays; whether they are the real MNIST is checked by
`training.data`, and where they come from is known by `training.sources`.
"""

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data import ARRAYS, Mnist
from training.errors import CorruptDataError, NoDataError

_STEMS = {
    "x_train": ("train-images", "idx3-ubyte"),
    "y_train": ("train-labels", "idx1-ubyte"),
    "x_test": ("t10k-images", "idx3-ubyte"),
    "y_test": ("t10k-labels", "idx1-ubyte"),
}


def decode_idx(encoded: bytes, name: str) -> NDArray[np.uint8]:
    """The uint8 array in an IDX file's bytes, which may be gzipped.

    Raises CorruptDataError, naming the file as `name`, where the bytes are
    damaged, of another element type, or not as many as the header says.
    """
    raw = _gunzipped(encoded, name)
    if len(raw) < 4 or raw[:3] != b"\0\0\x08":
        raise CorruptDataError(
            f"{name} starts with {raw[:4].hex()!r}, expected an IDX file of uint8"
        )
    start = 4 + 4 * raw[3]
    if len(raw) < start:
        raise CorruptDataError(f"{name} ends within its header")
    shape = struct.unpack(f">{raw[3]}I", raw[4:start])
    expected = int(np.prod(shape, dtype=np.uint64))
    if len(raw) - start != expected:
        raise CorruptDataError(
            f"{name} holds {len(raw) - start} bytes of data, "
            f"its header says {' x '.join(map(str, shape))} = {expected}"
        )
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


def read_idx(read: Callable[[str], bytes | None], place: str) -> Mnist:
    """The four arrays of IDX files that `read` finds by name in `place`.

    `read` gives None for a name that is not there; both usual spellings are
    asked for, plain and with `.gz`. Raises NoDataError where none is there.
    """
    arrays = {array: _first(read, *stem, place) for array, stem in _STEMS.items()}
    return as_mnist(arrays, place)


def read_idx_folder(folder: Path) -> Mnist:
    """The four arrays of a folder of IDX files, gzipped or not."""

    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    return read_idx(read, str(folder))


def read_npz(path: Path) -> Mnist:
    """The four arrays of a `mnist.npz`, as Keras hands it out.

    Raises NoDataError where there is no such file and CorruptDataError where
    it is no archive of these arrays.
    """
    try:
        encoded = path.read_bytes()
    except FileNotFoundError as error:
        raise NoDataError(f"there is no file {path}") from error
    try:
        with np.load(io.BytesIO(encoded), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ARRAYS}
    except Exception as error:  # zip, npy, zlib and key errors: all the same here
        raise CorruptDataError(
            f"{path} is no npz of {', '.join(ARRAYS)}: {error}"
        ) from error
    return as_mnist(arrays, str(path))


def as_mnist(arrays: dict[str, NDArray[np.uint8]], place: str) -> Mnist:
    """Pictures flattened to [n, 784]; CorruptDataError where a shape is off."""
    for name, array in arrays.items():
        wanted = (28, 28) if name.startswith("x_") else ()
        if array.dtype != np.uint8 or array.shape[1:] != wanted or array.ndim == 0:
            raise CorruptDataError(
                f"{place}: {name} is {array.dtype} {array.shape}, "
                f"expected uint8 {('n', *wanted)}"
            )
    return Mnist(
        x_train=arrays["x_train"].reshape(-1, 784),
        y_train=arrays["y_train"],
        x_test=arrays["x_test"].reshape(-1, 784),
        y_test=arrays["y_test"],
    )


def _first(
    read: Callable[[str], bytes | None], stem: str, kind: str, place: str
) -> NDArray[np.uint8]:
    names = [f"{stem}{dot}{kind}{gz}" for dot in "-." for gz in ("", ".gz")]
    for name in names:
        encoded = read(name)
        if encoded is not None:
            return decode_idx(encoded, f"{place}/{name}")
    raise NoDataError(f"{place} holds none of {', '.join(names)}")


def _gunzipped(encoded: bytes, name: str) -> bytes:
    if not encoded.startswith(b"\x1f\x8b"):
        return encoded
    try:
        return gzip.decompress(encoded)
    except (OSError, EOFError, zlib.error) as error:
        raise CorruptDataError(f"{name} is damaged: {error}") from error
