"""The default engine over the trained model: same answers, however asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from service.digits import Shown, to_pixels
from service.engines import Engine, open_engine
from service.engines.litert import BLOCK
from tests.fakes import Digit


@pytest.fixture
def engine(models_dir: Path) -> Engine:
    return open_engine("litert", models_dir / "mnist" / "1")


@pytest.fixture
def forty(digits: list[Digit]) -> NDArray[np.uint8]:
    """The forty digits, uint8 [40, 784]."""
    return np.stack([digit.pixels for digit in digits])


@pytest.fixture
def pixels(forty: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The same as the network takes them, float32 [40, 784]."""
    return to_pixels(forty)


def test_the_forty_digits_are_read(
    engine: Engine, pixels: NDArray[np.float32], digits: list[Digit]
) -> None:
    probabilities = engine.predict(pixels)

    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    labels = [digit.label for digit in digits]
    assert (probabilities.argmax(axis=1) == labels).sum() >= 39


def test_a_digit_gets_the_same_answer_in_any_batch(
    engine: Engine, pixels: NDArray[np.float32]
) -> None:
    together = engine.predict(pixels)
    alone = np.concatenate([engine.predict(row[None]) for row in pixels])
    in_sevens = np.concatenate([engine.predict(rows) for rows in _sevens(pixels)])

    np.testing.assert_allclose(alone, together, atol=1e-6)
    np.testing.assert_allclose(in_sevens, together, atol=1e-6)


@pytest.mark.parametrize("count", [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_many_get_the_same_answers_as_few(
    engine: Engine, pixels: NDArray[np.float32], count: int
) -> None:
    many = np.resize(pixels, (count, 784))

    answers = engine.predict(many)

    expected = np.resize(engine.predict(pixels), (count, 10))
    np.testing.assert_allclose(answers, expected, atol=1e-6)


@pytest.mark.parametrize("count", [1, 128, 129, 1024])
def test_digits_get_what_their_pixels_get_to_the_last_bit(
    engine: Engine, forty: NDArray[np.uint8], count: int
) -> None:
    many = np.resize(forty, (count, 784))

    answers = engine.predict(many)

    assert answers.dtype == np.float32
    np.testing.assert_array_equal(answers, engine.predict(to_pixels(many)))


def test_pixels_get_the_same_answers_wherever_they_lie(
    engine: Engine, pixels: NDArray[np.float32]
) -> None:
    many = np.resize(pixels, (300, 784))
    at_an_odd_address = np.frombuffer(b"x" + many.tobytes(), np.float32, offset=1)

    answers = engine.predict(at_an_odd_address.reshape(300, 784))

    assert not at_an_odd_address.flags.aligned
    assert not at_an_odd_address.flags.writeable
    np.testing.assert_array_equal(answers, engine.predict(many))


def test_every_shade_is_shown_as_the_same_pixel(engine: Engine) -> None:
    shades = np.resize(np.arange(256, dtype=np.uint8), (40, 784))

    answers = engine.predict(shades)

    np.testing.assert_array_equal(answers, engine.predict(to_pixels(shades)))


def test_digits_that_may_not_be_written_to_are_read(
    engine: Engine, forty: NDArray[np.uint8]
) -> None:
    body = np.frombuffer(forty.tobytes(), np.uint8).reshape(-1, 784)

    answers = engine.predict(body)

    np.testing.assert_array_equal(answers, engine.predict(forty))


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, np.int8])
def test_pixels_of_another_type_are_refused_and_the_next_ones_are_read(
    engine: Engine, pixels: NDArray[np.float32], dtype: type[np.generic]
) -> None:
    expected = engine.predict(pixels)

    with pytest.raises(ValueError, match="FLOAT32"):
        engine.predict(pixels.astype(dtype))

    np.testing.assert_array_equal(engine.predict(pixels), expected)


def _sevens(pixels: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    return (pixels[start : start + 7] for start in range(0, len(pixels), 7))


def test_an_answer_is_not_overwritten_by_the_next(
    engine: Engine, pixels: NDArray[np.float32]
) -> None:
    first = engine.predict(pixels[:1])
    before = first.copy()

    engine.predict(pixels[-1:])

    np.testing.assert_array_equal(first, before)


@pytest.mark.parametrize("at_once", [1, BLOCK + 1])
def test_threads_do_not_mix_their_answers(
    engine: Engine, forty: NDArray[np.uint8], at_once: int
) -> None:
    batches: list[Shown] = [np.tile(row, (at_once, 1)) for row in forty]
    batches[::2] = map(to_pixels, batches[::2])  # both kinds, in turns
    expected = [engine.predict(batch) for batch in batches]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(engine.predict, batches * 10))

    np.testing.assert_allclose(found, expected * 10, atol=1e-6)


def test_few_pictures_are_answered_while_many_are_being(
    engine: Engine, pixels: NDArray[np.float32]
) -> None:
    many = np.tile(pixels, (100, 1))
    expected = engine.predict(many)
    alone = engine.predict(pixels[:1])

    with ThreadPoolExecutor(4) as pool:
        large = [pool.submit(engine.predict, many) for _ in range(8)]
        found = [engine.predict(pixels[:1]) for _ in range(200)]

    np.testing.assert_allclose(found, [alone] * 200, atol=1e-6)
    for future in large:
        np.testing.assert_allclose(future.result(), expected, atol=1e-6)


def test_opening_says_nothing(
    models_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    open_engine("litert", models_dir / "mnist" / "1")

    assert capfd.readouterr() == ("", "")


def test_its_weights_are_read_when_first_asked_for_and_then_kept(
    engine: Engine, pixels: NDArray[np.float32]
) -> None:
    engine.predict(pixels)
    before = set(vars(engine))

    weights = engine.weights

    assert "weights" not in before
    assert engine.weights is weights
    assert weights.hidden.nbytes == 784 * 512 * 4


def test_its_weights_are_those_that_it_answers_with(
    engine: Engine, pixels: NDArray[np.float32]
) -> None:
    answers = engine.predict(pixels)  # a batch of forty, which reshapes its tensors

    weights = engine.weights

    hidden = np.maximum(pixels @ weights.hidden + weights.hidden_bias, 0)
    powers = np.exp(hidden @ weights.output + weights.output_bias)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(expected, answers, rtol=0, atol=1e-5)


def test_asking_for_weights_says_nothing(
    engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    assert engine.weights

    assert capfd.readouterr() == ("", "")
