"""What a version reads in digits held back from it, in bins."""

import numpy as np
import pytest

from service.artifact import read_manifest
from service.counting.board import Board
from service.counting.drift import Window
from service.digits import ink_of, to_pixels
from tests.conftest import ROOT
from tests.fakes import FakeEngine, fake_digit, fake_manifest
from training.fingerprint import DECIMALS, deciles, fingerprint_of

DIGITS = np.stack([fake_digit(row % 10) for row in range(1000)])
ANSWERS = FakeEngine().predict(to_pixels(DIGITS))


def test_digits_are_shared_among_ten_bins() -> None:
    found = fingerprint_of(DIGITS, ANSWERS)

    assert found.pictures == 1000
    assert found.digit.edges == tuple(digit + 0.5 for digit in range(9))
    assert found.digit.shares == pytest.approx((0.1,) * 10)


def test_deciles_part_even_values_into_tenths() -> None:
    values = np.linspace(0, 1, 1001, dtype=np.float32)

    edges = deciles(values)

    assert edges == pytest.approx(np.arange(1, 10) / 10, abs=2 * 10**-DECIMALS)


def test_values_that_are_nearly_the_same_share_a_bin() -> None:
    values = np.array([0.5] * 15 + [0.99995] * 35 + [1.0] * 50, np.float32)

    edges = deciles(values)

    assert edges.tolist() == [0.5, 0.9999]


def test_the_shares_of_every_feature_sum_to_1_and_none_is_empty() -> None:
    ink = np.random.default_rng(0).integers(0, 256, (500, 784), np.uint8)
    answers = np.random.default_rng(1).dirichlet(np.ones(10), 500).astype(np.float32)

    found = fingerprint_of(ink, answers)

    for part in (found.digit, found.confidence, found.ink):
        assert sum(part.shares) == pytest.approx(1)
        assert min(part.shares) > 0


def test_the_pictures_of_the_fingerprint_have_not_drifted_from_it() -> None:
    fingerprint = fingerprint_of(DIGITS, ANSWERS)
    window = Window(Board(rows=1), 0, fake_manifest(), fingerprint, 3600)

    window.add(ANSWERS.argmax(axis=1), ANSWERS.max(axis=1), ink_of(to_pixels(DIGITS)))

    drift = window.drift()
    assert drift.pictures == 1000
    for index in (drift.digit, drift.confidence, drift.ink):
        assert index == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_fingerprint_of_a_published_version_is_of_ten_thousand_digits(
    version: str,
) -> None:
    fingerprint = read_manifest(ROOT / "models/mnist" / version).fingerprint

    assert fingerprint is not None
    assert fingerprint.pictures == 10_000
    assert 0.08 < min(fingerprint.digit.shares) < max(fingerprint.digit.shares) < 0.12
    assert 5 <= len(fingerprint.confidence.shares) <= 10
    assert len(fingerprint.ink.shares) == 10
