"""What is fitted to real digits: p-values that hold, and strangers below them."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.typicality import Typicality
from training.data import Mnist
from training.typicality import DIRECTIONS, RAREST, STEPS, fit_typicality, p_values


@dataclass(frozen=True)
class Some:
    """Six thousand digits to learn from, two held back and read without mistake."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    held_back: NDArray[np.uint8]
    read: NDArray[np.intp]


@pytest.fixture(scope="module")
def some(mnist: Mnist) -> Some:
    """Drawn from the whole training set: neighbours in it have the same writer."""
    drawn = np.random.default_rng(1).permutation(len(mnist.y_train))[:8000]
    pictures, labels = mnist.x_train[drawn], mnist.y_train[drawn]
    return Some(
        pictures=pictures[:6000],
        labels=labels[:6000],
        held_back=pictures[6000:],
        read=labels[6000:].astype(np.intp),
    )


@pytest.fixture(scope="module")
def fitted(some: Some) -> Typicality:
    return fit_typicality(some.pictures, some.labels, some.held_back, some.read)


def test_of_real_digits_a_share_p_is_at_p_or_below(
    fitted: Typicality, mnist: Mnist
) -> None:
    found = fitted.of(mnist.x_test, mnist.y_test.astype(np.intp))

    for p in (0.05, 0.2, 0.5, 0.9):
        assert (found <= p).mean() == pytest.approx(p, abs=0.05)


def test_each_held_back_digit_has_its_own_p_value(
    fitted: Typicality, some: Some
) -> None:
    shortfall = fitted.shortfall(some.held_back, some.read)

    found = fitted.of(some.held_back, some.read)

    exact = [(1 + (shortfall >= own).sum()) / 2001 for own in shortfall]
    np.testing.assert_allclose(found, exact, atol=2 / STEPS)
    assert found.min() >= np.float32(1 / 2001)


def test_what_is_no_digit_is_less_typical_than_nearly_all(fitted: Typicality) -> None:
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, (200, 784), np.uint8)
    speck = np.zeros((200, 784), np.uint8)
    speck[np.arange(200), random.integers(0, 784, 200)] = 255

    for strangers in (noise, speck):
        found = fitted.of(strangers, random.integers(0, 10, 200))
        assert found.max() < 0.01


def test_a_digit_read_as_another_is_less_typical(
    fitted: Typicality, mnist: Mnist
) -> None:
    ones = mnist.x_test[mnist.y_test == 1]

    right = fitted.of(ones, np.full(len(ones), 1))
    wrong = fitted.of(ones, np.full(len(ones), 0))

    assert (wrong < right).mean() > 0.95


def test_the_same_pictures_give_the_same_typicality(
    fitted: Typicality, some: Some
) -> None:
    again = fit_typicality(some.pictures, some.labels, some.held_back, some.read)

    np.testing.assert_array_equal(again.bases, fitted.bases)
    np.testing.assert_array_equal(again.usual, fitted.usual)
    np.testing.assert_array_equal(again.heft, fitted.heft)
    np.testing.assert_array_equal(again.steps, fitted.steps)
    np.testing.assert_array_equal(again.p_values, fitted.p_values)


def test_the_bases_are_orthonormal_and_survive_half_precision(
    fitted: Typicality,
) -> None:
    products = fitted.bases.transpose(0, 2, 1) @ fitted.bases

    np.testing.assert_allclose(
        products, np.broadcast_to(np.eye(DIRECTIONS), products.shape), atol=1e-3
    )
    halved = fitted.bases.astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(fitted.bases, halved)


def test_a_digit_that_is_never_read_is_usually_as_like_as_all(some: Some) -> None:
    never_nine = np.minimum(some.read, 8)

    found = fit_typicality(some.pictures, some.labels, some.held_back, never_nine)

    for figures in (found.usual, found.heft):
        assert figures[:9].min() < figures[9] < figures[:9].max()
    assert np.isfinite(found.steps).all()


numbers = st.floats(-1, 1, width=32).map(np.float32)


@given(st.lists(numbers, min_size=1, max_size=RAREST), numbers)
def test_the_steps_give_the_conformal_p_value(
    known: list[np.float32], new: np.float32
) -> None:
    shortfalls = np.array(known, np.float32)

    steps, p = p_values(shortfalls)

    for value in (*known, new):
        exact = (1 + (shortfalls >= value).sum()) / (1 + len(known))
        assert p[steps.searchsorted(value)] == np.float32(exact)


def test_many_digits_have_a_step_each_where_they_are_rare() -> None:
    shortfalls = np.random.default_rng(1).normal(size=10_000).astype(np.float32)

    steps, p = p_values(shortfalls)

    assert len(steps) <= RAREST + STEPS
    ordered = np.sort(shortfalls)
    exact = np.arange(10_000, 0, -1) + 1
    found = p[steps.searchsorted(ordered)] * 10_001
    np.testing.assert_allclose(found[-RAREST:], exact[-RAREST:], rtol=1e-6)
    assert (found <= exact + 1e-2).all()
    assert (exact - found).max() <= 10_000 / STEPS + 1
