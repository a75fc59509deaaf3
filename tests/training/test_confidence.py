"""Whether probabilities mean what they say, checked on answers made to order."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.calibration import fit_calibration
from training.confidence import confidence, reliability, risk_by_coverage

Answers = tuple[NDArray[np.float32], NDArray[np.uint8]]


def _answers(*sure_and_right: tuple[float, bool]) -> Answers:
    """Answers that are that sure of a three; the truth is a three or an eight."""
    probabilities = np.zeros((len(sure_and_right), 10), np.float32)
    for row, (sure, _) in zip(probabilities, sure_and_right, strict=True):
        row[:] = (1 - sure) / 9
        row[3] = sure
    truth = [3 if right else 8 for _, right in sure_and_right]
    return probabilities, np.array(truth, np.uint8)


def _drawn(temperature: float, count: int) -> Answers:
    """Answers whose logits are `temperature` times too large for the labels drawn."""
    random = np.random.default_rng(5)
    logits = random.normal(0, 3, (count, 10))
    powers = np.exp(logits)
    truth = powers / powers.sum(axis=1, keepdims=True)
    labels = (random.random((count, 1)) > truth.cumsum(axis=1)).sum(axis=1)
    powers = np.exp(logits * temperature)
    answers = powers / powers.sum(axis=1, keepdims=True)
    return answers.astype(np.float32), labels.clip(0, 9).astype(np.uint8)


def test_nine_right_of_ten_that_are_ninety_percent_sure_are_as_they_say() -> None:
    answers, labels = _answers(*[(0.9, True)] * 9, (0.9, False))

    (only,) = reliability(answers, labels, bins=1)

    assert only.accuracy == pytest.approx(only.confidence, abs=1e-6)
    assert only.pictures == 10


def test_the_bins_hold_as_many_answers_each_the_least_sure_first() -> None:
    answers, labels = _answers(*[(0.3 + 0.02 * n, True) for n in range(30)])

    bins = reliability(answers, labels)

    assert [one.pictures for one in bins] == [2] * 15
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)


def test_fewer_answers_than_bins_are_no_error() -> None:
    assert len(reliability(*_answers((0.9, True), (0.8, False)))) == 2


def test_answers_that_are_always_wrong_are_off_by_all_their_confidence() -> None:
    found = confidence(*_answers(*[(0.8, False)] * 30))

    assert found.ece == pytest.approx(0.8)
    assert found.nll == pytest.approx(-np.log(0.2 / 9))
    assert found.brier == pytest.approx(
        0.8**2 + (1 - 0.2 / 9) ** 2 + 8 * (0.2 / 9) ** 2
    )


def test_answers_that_are_certain_and_right_are_perfect() -> None:
    found = confidence(*_answers(*[(1.0, True)] * 30))

    assert (found.ece, found.brier) == (0, 0)
    assert found.nll == pytest.approx(0, abs=1e-6)


def test_the_surest_answers_come_first_in_risk_by_coverage() -> None:
    risk = risk_by_coverage(*_answers((0.5, False), (0.9, True), (0.7, True)))

    assert risk.tolist() == pytest.approx([0, 0, 1 / 3])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_is_found_that_the_answers_were_made_with(
    temperature: float,
) -> None:
    answers, labels = _drawn(temperature, 20_000)

    found = fit_calibration(answers, labels)

    assert found.temperature == pytest.approx(temperature, rel=0.03)
    assert found.pictures == 20_000


def test_answers_without_a_mistake_do_not_make_the_temperature_run_away() -> None:
    found = fit_calibration(*_answers(*[(0.9, True)] * 50))

    assert found.temperature == pytest.approx(0.1, rel=0.01)
