"""What the pixels spoke adds up, exactly, to why a digit beat its rival."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from service.digits import to_pixels
from service.engines import Engine, open_engine
from service.engines.weights import Weights
from service.errors import BadRequest, Unexplainable
from service.explanation import Rival, attribute, check, compared
from tests.fakes import Digit, FakeEngine, fake_digit

LN_91 = np.log(91)
STEPS = 20_000


def _array(*shape: int) -> st.SearchStrategy[NDArray[np.float32]]:
    return arrays(np.float32, shape, elements=st.floats(-2, 2, width=32))


networks = st.builds(Weights, _array(6, 5), _array(5), _array(5, 10), _array(10))
pictures = arrays(np.float32, 6, elements=st.floats(0, 1, width=32))
pairs = st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True)


@pytest.fixture(params=["1", "2"], scope="module")
def engine(models_dir: Path, request: pytest.FixtureRequest) -> Engine:
    """The default engine over a trained network."""
    return open_engine("litert", models_dir / "mnist" / str(request.param))


def _logits(weights: Weights, pixels: NDArray[Any]) -> NDArray[np.float64]:
    """As slow and plain as can be, in float64."""
    sums = pixels.astype(np.float64) @ weights.hidden + weights.hidden_bias
    return np.asarray(np.maximum(sums, 0) @ weights.output + weights.output_bias)


@given(networks, pictures, pairs)
def test_the_attributions_sum_to_the_difference_of_the_logits(
    weights: Weights, pixels: NDArray[np.float32], pair: list[int]
) -> None:
    digit, rival = pair

    found = attribute(weights, pixels, digit, rival)

    logits, blank = _logits(weights, pixels), _logits(weights, np.zeros(6))
    assert found.difference == pytest.approx(logits[digit] - logits[rival], abs=1e-4)
    assert found.baseline == pytest.approx(blank[digit] - blank[rival], abs=1e-4)
    total = float(found.pixels.sum()) + found.baseline
    assert total == pytest.approx(found.difference, abs=1e-4)


@given(networks, pictures, pairs)
def test_they_are_the_mean_gradient_on_the_way_from_black(
    weights: Weights, pixels: NDArray[np.float32], pair: list[int]
) -> None:
    digit, rival = pair
    way = (np.arange(STEPS) + 0.5)[:, None] / STEPS * pixels
    active = way @ weights.hidden + weights.hidden_bias > 0
    worth = weights.output[:, digit] - weights.output[:, rival]
    gradient = (active.mean(axis=0) * worth) @ weights.hidden.T

    found = attribute(weights, pixels, digit, rival)

    np.testing.assert_allclose(found.pixels, pixels * gradient, rtol=0, atol=5e-3)


@given(networks, pictures, pairs)
def test_what_speaks_for_a_digit_speaks_against_its_rival(
    weights: Weights, pixels: NDArray[np.float32], pair: list[int]
) -> None:
    digit, rival = pair

    there = attribute(weights, pixels, digit, rival)
    back = attribute(weights, pixels, rival, digit)

    np.testing.assert_allclose(back.pixels, -there.pixels, rtol=0, atol=1e-4)
    assert back.difference == pytest.approx(-there.difference, abs=1e-4)
    assert back.baseline == pytest.approx(-there.baseline, abs=1e-4)


@given(networks, pictures, st.integers(0, 9))
def test_against_all_others_is_the_mean_of_against_each(
    weights: Weights, pixels: NDArray[np.float32], digit: int
) -> None:
    rivals = [rival for rival in range(10) if rival != digit]
    each = [attribute(weights, pixels, digit, rival) for rival in rivals]

    found = attribute(weights, pixels, digit, "others")

    mean = np.mean([one.pixels for one in each], axis=0)
    np.testing.assert_allclose(found.pixels, mean, rtol=0, atol=1e-4)
    differences = [one.difference for one in each]
    assert found.difference == pytest.approx(np.mean(differences), abs=1e-4)


def test_a_unit_that_stays_below_zero_says_nothing_and_one_above_all_it_has() -> None:
    output = np.zeros((3, 10), np.float32)
    output[:, 4] = 1
    weights = Weights(
        hidden=np.array([[1, 1, 1]], np.float32),
        hidden_bias=np.array([-3, 0.5, -0.75], np.float32),
        output=output,
        output_bias=np.zeros(10, np.float32),
    )

    found = attribute(weights, np.ones(1, np.float32), 4, 9)

    # Never active; always; on the last quarter of the way.
    assert found.pixels.tolist() == [0 + 1 + 0.25]
    assert found.baseline == 0.5
    assert found.difference == 1.75


def test_a_pixel_that_moves_no_unit_says_nothing() -> None:
    weights = FakeEngine().weights

    found = attribute(weights, to_pixels(fake_digit(7)), 7, 0)

    assert np.flatnonzero(found.pixels).tolist() == [0]
    assert found.pixels[0] == pytest.approx(2 * LN_91, abs=1e-4)
    assert found.baseline == pytest.approx(-LN_91, abs=1e-4)
    assert found.difference == pytest.approx(LN_91, abs=1e-4)


def test_on_real_digits_they_sum_to_what_the_network_itself_answered(
    engine: Engine, digits: list[Digit]
) -> None:
    for digit in digits:
        pixels = to_pixels(digit.pixels)
        answer = engine.predict(pixels[None])[0]
        read, rival = compared(answer, None, None)

        found = attribute(engine.weights, pixels, read, rival)

        assert isinstance(rival, int)
        odds = np.log(answer[read]) - np.log(answer[rival])
        total = float(found.pixels.sum(dtype=np.float64)) + found.baseline
        assert total == pytest.approx(found.difference, abs=1e-4)
        assert found.difference == pytest.approx(odds, abs=1e-3)
        check(found, answer)


def test_on_real_digits_a_pixel_without_ink_says_nothing(
    engine: Engine, digits: list[Digit]
) -> None:
    for digit in digits:
        found = attribute(engine.weights, to_pixels(digit.pixels), 4, 9)

        assert not found.pixels[digit.pixels == 0].any()
        assert found.pixels[digit.pixels > 0].any()
        assert found.pixels.dtype == np.float32


def test_without_the_ink_that_speaks_loudest_a_digit_loses_most(
    engine: Engine, digits: list[Digit]
) -> None:
    for digit in digits:
        pixels = to_pixels(digit.pixels)
        read, rival = compared(engine.predict(pixels[None])[0], None, None)
        whole = attribute(engine.weights, pixels, read, rival)
        order = whole.pixels.argsort()

        louder, softer = pixels.copy(), pixels.copy()
        louder[order[-10:]] = 0
        softer[order[:10]] = 0

        without = attribute(engine.weights, louder, read, rival).difference
        assert without < whole.difference
        assert without < attribute(engine.weights, softer, read, rival).difference


def test_a_black_picture_has_nothing_but_its_baseline(engine: Engine) -> None:
    found = attribute(engine.weights, np.zeros(784, np.float32), 4, 9)

    assert not found.pixels.any()
    assert found.difference == found.baseline != 0


def test_pictures_of_nothing_but_ink_are_explained_too(engine: Engine) -> None:
    pixels = np.ones(784, np.float32)

    found = attribute(engine.weights, pixels, 4, 9)

    total = float(found.pixels.sum(dtype=np.float64)) + found.baseline
    assert total == pytest.approx(found.difference, rel=1e-4, abs=1e-2)
    check(found, engine.predict(pixels[None])[0])


def test_what_is_asked_goes_before_what_is_likeliest() -> None:
    answer = np.array([0.1, 0.2, 0.3, 0.4] + [0] * 6, np.float32)

    assert compared(answer, None, None) == (3, 2)
    assert compared(answer, 1, None) == (1, 3)
    assert compared(answer, None, 0) == (3, 0)
    assert compared(answer, None, "others") == (3, "others")
    assert compared(answer, 8, 9) == (8, 9)


@pytest.mark.parametrize(
    ("digit", "against"),
    [(4, 4), (4, 10), (10, 4), (-1, 4), (4, -1), (10, "others"), (-1, "others")],
)
def test_what_is_no_two_digits_is_refused(digit: int, against: Rival) -> None:
    with pytest.raises(BadRequest, match=rf"^{digit} against {against}: expected two"):
        attribute(FakeEngine().weights, np.zeros(784, np.float32), digit, against)


def test_weights_that_do_not_give_the_answer_are_refused(
    engine: Engine, digits: list[Digit]
) -> None:
    pixels = to_pixels(digits[0].pixels)
    answer = engine.predict(pixels[None])[0]
    other = replace(engine.weights, hidden_bias=-engine.weights.hidden_bias)
    broken = replace(engine.weights, output_bias=np.full(10, np.nan, np.float32))

    for weights in (replace(other, output=-other.output), broken):
        found = attribute(weights, pixels, 4, 9)
        with pytest.raises(Unexplainable, match="the network is another than 784"):
            check(found, answer)
