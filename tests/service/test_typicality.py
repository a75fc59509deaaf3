"""The share of real digits that look less like one, and the file that knows it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.artifact import TYPICALITY
from service.errors import ArtifactError
from service.typicality import (
    FEW,
    Typicality,
    compared,
    read_typicality,
    shrunk,
    write_typicality,
)
from tests.fakes import Digit, fake_digit, fake_typicality

SEVEN = np.array([7])


@pytest.fixture
def one_shape() -> Typicality:
    """For every digit, exactly the shape of `fake_digit(7)` is wholly like it."""
    shape = shrunk(fake_digit(7)[None])[0]
    shape /= np.linalg.norm(shape)
    bases = np.repeat(shape[None, :, None], 10, axis=0)
    steps = np.linspace(0.005, 1, 1000, dtype=np.float32)
    p_values = np.linspace(1, 0.25, 1001, dtype=np.float32)
    ones = np.ones(10, np.float32)
    return Typicality(bases, ones, 0 * ones, steps, p_values)


def test_a_shrunk_picture_is_every_second_pixel_of_a_blur() -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[3, 4] = 64

    small = shrunk(picture.reshape(1, 784)).reshape(14, 14)

    # 1, 3, 3, 1 eighths: row 3 is the third of rows 1 to 4 and first of 3 to 6.
    assert small[1, 1] == 64 * 3 / 8 * 1 / 8
    assert small[1, 2] == 64 * 3 / 8 * 3 / 8
    assert small[2, 2] == 64 * 1 / 8 * 3 / 8
    assert np.count_nonzero(small) == 4


def test_the_typicality_is_looked_up_by_what_is_usual_of_the_digit_read() -> None:
    digits = np.stack([fake_digit(5)] * 3)

    found = fake_typicality().of(digits, np.array([0, 1, 9]))

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [1.0, 0.9, 0.1], rtol=1e-6)


def test_the_shape_itself_is_wholly_typical_however_faint(
    one_shape: Typicality,
) -> None:
    for picture in (fake_digit(7), fake_digit(7) // 2):
        assert one_shape.of(picture[None], SEVEN)[0] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("value", [0, 1])
def test_a_picture_without_the_shape_is_not_typical(
    one_shape: Typicality, value: int
) -> None:
    picture = np.zeros(784, np.uint8)
    picture[27] = value  # a corner, or nothing at all

    assert one_shape.of(picture[None], SEVEN)[0] == pytest.approx(0.25, abs=0.01)


def test_ink_counts_against_a_picture_by_the_heft_of_the_digit_read(
    one_shape: Typicality,
) -> None:
    heft = np.zeros(10, np.float32)
    heft[7] = 0.4 / compared(one_shape.bases, fake_digit(7)[None], SEVEN)[0][0]
    heavy = replace(one_shape, heft=heft)
    twice = np.stack([fake_digit(7)] * 2)

    found = heavy.of(twice, np.array([7, 8]))

    np.testing.assert_allclose(found, [0.7, 1.0], atol=0.01)  # 1 - 0.75 * 0.4


@given(st.integers(0, 2**32 - 1), st.integers(1, 300))
def test_a_picture_is_as_typical_alone_as_among_others(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    bases = np.linalg.qr(random.normal(size=(10, 196, 5)))[0].astype(np.float32)
    digits = random.integers(0, 256, (count, 784), np.uint8)
    read = random.integers(0, 10, count)

    _, together = compared(bases, digits, read)

    assert together.shape == (count,)
    assert (together >= 0).all()
    assert (together <= 1 + 1e-6).all()
    _, last = compared(bases, digits[-1:], read[-1:])
    np.testing.assert_allclose(together[-1:], last, rtol=1e-4, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, FEW))
def test_that_of_a_few_is_the_same_to_the_last_bit(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    bases = np.linalg.qr(random.normal(size=(10, 196, 32)))[0].astype(np.float32)
    digits = random.integers(0, 256, (count, 784), np.uint8)
    read = random.integers(0, 10, count)

    together = np.stack(compared(bases, digits, read), axis=1)

    alone = [compared(bases, digits[n:][:1], read[n:][:1]) for n in range(count)]
    np.testing.assert_array_equal(together, np.concatenate(alone, axis=1).T)


@given(st.lists(st.floats(0, 1, width=32), min_size=10, max_size=10))
def test_what_falls_shorter_is_never_more_typical(usual: list[float]) -> None:
    typicality = replace(fake_typicality(), usual=np.array(usual, np.float32))

    found = typicality.of(np.stack([fake_digit(1)] * 10), np.arange(10))

    assert (np.diff(found[np.argsort(usual)]) <= 0).all()


def test_it_comes_back_as_it_was_written(
    one_shape: Typicality, tmp_path: Path, digits: list[Digit]
) -> None:
    rounded = one_shape.bases.astype(np.float16).astype(np.float32)
    written = replace(one_shape, bases=rounded)
    write_typicality(tmp_path, written)

    found = read_typicality(tmp_path)

    assert found is not None
    pixels = np.stack([digit.pixels for digit in digits])
    read = np.array([digit.label for digit in digits])
    np.testing.assert_array_equal(found.of(pixels, read), written.of(pixels, read))


def test_equal_ones_are_written_as_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_typicality(tmp_path / name, fake_typicality())

    one, two = ((tmp_path / name / TYPICALITY).read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_version_may_carry_none(tmp_path: Path) -> None:
    assert read_typicality(tmp_path) is None


def _arrays(**changed: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
    whole: dict[str, NDArray[np.generic]] = {
        "bases": np.zeros((10, 196, 2), np.float16),
        "usual": np.zeros(10, np.float32),
        "heft": np.zeros(10, np.float32),
        "steps": np.array([0.0, 1.0], np.float32),
        "p_values": np.array([1.0, 0.5, 0.0], np.float32),
    }
    return whole | changed


def _save(folder: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    np.savez(folder / TYPICALITY, **arrays)  # type: ignore[arg-type]


def test_the_arrays_that_are_changed_below_are_whole(tmp_path: Path) -> None:
    _save(tmp_path, _arrays())

    assert read_typicality(tmp_path) is not None


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("bases", np.zeros((10, 784, 2), np.float16), r"bases float16 \(10, 784, 2\)"),
        ("bases", np.zeros((10, 196, 2)), r"expected float16 \(10, 196, 2\)"),
        ("bases", np.zeros((10, 196, 0), np.float16), "not empty"),
        ("bases", np.float16(1), r"bases float16 \(\)"),
        ("bases", np.full((10, 196, 2), np.inf, np.float16), "bases that are no fin"),
        ("usual", np.zeros(9, np.float32), r"usual float32 \(9,\)"),
        ("usual", np.full(10, np.nan, np.float32), "usual that are no finite numbers"),
        ("heft", np.zeros(10), "heft float64"),
        ("steps", np.zeros(0, np.float32), "not empty"),
        ("steps", np.zeros(2), "steps float64"),
        ("steps", np.zeros((2, 1), np.float32), r"expected float32 \(2,\)"),
        ("steps", np.array([0, np.nan], np.float32), "steps that are no finite"),
        ("steps", np.array([1, 0], np.float32), "out of order"),
        ("p_values", np.zeros(2, np.float32), r"expected float32 \(3,\)"),
        ("p_values", np.array([0, 1, 1], np.float32), "out of order"),
        ("p_values", np.array([1.5, 1, 0], np.float32), "p-values from 0 to 1.5"),
        ("p_values", np.array([1, 0, -0.5], np.float32), "p-values from -0.5 to 1"),
    ],
)
def test_arrays_of_another_kind_are_refused(
    tmp_path: Path, name: str, array: NDArray[np.generic], said: str
) -> None:
    _save(tmp_path, _arrays(**{name: array}))

    with pytest.raises(ArtifactError, match=said):
        read_typicality(tmp_path)


def _cut(folder: Path) -> None:
    whole = (folder / TYPICALITY).read_bytes()
    (folder / TYPICALITY).write_bytes(whole[: len(whole) // 2])


def _pickle(folder: Path) -> None:
    _save(folder, _arrays(usual=np.array([{}] * 10)))


def _leave_one_out(folder: Path) -> None:
    _save(folder, {"bases": _arrays()["bases"]})


def _folder(folder: Path) -> None:
    (folder / TYPICALITY).unlink()
    (folder / TYPICALITY).mkdir()


@pytest.mark.parametrize("change", [_cut, _pickle, _leave_one_out, _folder])
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    write_typicality(tmp_path, fake_typicality())
    change(tmp_path)

    with pytest.raises(ArtifactError, match=r"typicality\.npz cannot be read"):
        read_typicality(tmp_path)
