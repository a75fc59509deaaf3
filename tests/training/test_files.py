"""IDX and npz files: read as they are, or refused with a sentence."""

import gzip
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.training.conftest import encode_idx, write_idx, write_npz
from training.data import ARRAYS, Mnist
from training.errors import CorruptDataError, NoDataError
from training.files import decode_idx, read_idx_folder, read_npz

LABELS = encode_idx(np.array([3, 1, 4], np.uint8))


def assert_equal(found: Mnist, expected: Mnist) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def save(path: Path, array: NDArray[Any]) -> None:
    """An npz in which each of the four is `array`."""
    np.savez(path, x_train=array, y_train=array, x_test=array, y_test=array)


@given(st.lists(st.integers(0, 255), max_size=50), st.booleans())
def test_what_is_written_as_idx_is_read_back(numbers: list[int], gz: bool) -> None:
    array = np.array(numbers, np.uint8)
    encoded = encode_idx(array)

    found = decode_idx(gzip.compress(encoded) if gz else encoded, "labels")

    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("gz", [False, True])
def test_both_spellings_of_idx_files_are_read_gzipped_or_not(
    tmp_path: Path, tiny: Mnist, dotted: bool, gz: bool
) -> None:
    write_idx(tmp_path, tiny, dotted=dotted, gz=gz)

    found = read_idx_folder(tmp_path)

    assert_equal(found, tiny)


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        (b"", "starts with ''"),
        (b"PK\x03\x04 a zip", "starts with '504b0304'"),
        (b"\0\0\x0d" + LABELS[3:], "starts with '00000d01'"),
        (LABELS[:6], "ends within its header"),
        (LABELS[:-1], "2 bytes of data, its header says 3 = 3"),
        (LABELS + b"\0", "4 bytes of data, its header says 3 = 3"),
        (gzip.compress(LABELS)[:-9], "is damaged"),
        (b"\x1f\x8b not gzip", "is damaged"),
    ],
    ids=["empty", "zip", "floats", "header", "short", "long", "cut gzip", "no gzip"],
)
def test_damaged_idx_bytes_are_refused_with_the_reason(
    encoded: bytes, reason: str
) -> None:
    with pytest.raises(CorruptDataError, match=f"labels.*{re.escape(reason)}"):
        decode_idx(encoded, "labels")


def test_a_folder_without_the_files_says_which_names_were_looked_for(
    tmp_path: Path,
) -> None:
    with pytest.raises(NoDataError, match=r"train-images\.idx3-ubyte\.gz"):
        read_idx_folder(tmp_path)


def test_pictures_of_another_size_are_refused(tmp_path: Path, tiny: Mnist) -> None:
    write_idx(tmp_path, tiny)
    big = encode_idx(np.zeros((2, 32, 32), np.uint8))
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(big)

    with pytest.raises(CorruptDataError, match=r"x_test is uint8 \(2, 32, 32\)"):
        read_idx_folder(tmp_path)


def test_an_npz_is_read(tmp_path: Path, tiny: Mnist) -> None:
    write_npz(tmp_path / "mnist.npz", tiny)

    found = read_npz(tmp_path / "mnist.npz")

    assert_equal(found, tiny)


def test_an_npz_that_is_not_there_is_no_data(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="there is no file"):
        read_npz(tmp_path / "mnist.npz")


def test_a_truncated_npz_is_corrupt(tmp_path: Path, tiny: Mnist) -> None:
    path = tmp_path / "mnist.npz"
    write_npz(path, tiny)
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(CorruptDataError, match="is no npz of x_train"):
        read_npz(path)


def test_an_npz_of_objects_is_never_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    save(path, np.array([None]))

    with pytest.raises(CorruptDataError, match="allow_pickle=False"):
        read_npz(path)


def test_an_npz_of_floats_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    save(path, np.zeros((1, 28, 28)))

    with pytest.raises(CorruptDataError, match="x_train is float64"):
        read_npz(path)
