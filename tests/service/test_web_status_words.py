"""Numbers as a person reads them."""

import pytest

from service.web.status.pictures import drift_word
from service.web.status.words import (
    NONE,
    count,
    moment,
    part,
    rate,
    span,
    took,
    written,
)


def test_whole_numbers_have_their_thousands_parted() -> None:
    assert [count(n) for n in (0, 999, 12_345.0)] == ["0", "999", "12,345"]


@pytest.mark.parametrize(
    ("number", "seconds", "words"),
    [
        (0, 60, "0"),
        (1, 60, "under 0.1"),
        (30, 60, "0.5"),
        (599, 60, "10"),
        (720, 60, "12"),
        (5, 0.01, "5.0"),
    ],
)
def test_a_rate_is_a_second(number: int, seconds: float, words: str) -> None:
    assert rate(number, seconds) == words


@pytest.mark.parametrize(
    ("number", "whole", "words"),
    [
        (0, 9, "0%"),
        (9, 9, "100%"),
        (1, 8, "12.5%"),
        (1, 9999, "under 0.1%"),
        (0, 0, NONE),
    ],
)
def test_a_share_is_none_or_all_only_where_it_is(
    number: int, whole: int, words: str
) -> None:
    assert part(number, whole) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, NONE),
        (4e-7, "under 1 µs"),
        (4.2e-5, "42 µs"),
        (0.00134, "1.3 ms"),
        (0.00998, "10 ms"),
        (0.25, "250 ms"),
        (2.4, "2.4 s"),
        (75, "75 s"),
    ],
)
def test_a_short_time_has_the_unit_that_fits(seconds: float, words: str) -> None:
    assert took(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-0.1, "0 seconds"),
        (1, "1 second"),
        (61, "1 minute 1 second"),
        (3600, "1 hour"),
        (90_061, "1 day 1 hour"),
    ],
)
def test_a_long_time_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_points_in_time_are_in_utc() -> None:
    assert moment(0) == "1 Jan 1970, 00:00:00 UTC"
    assert written("2026-11-22T18:57:21+01:00") == "22 Nov 2026, 17:57:21 UTC"
    assert written("in May") == "in May"


@pytest.mark.parametrize(
    ("index", "word"),
    [
        (0, "steady"),
        (0.099, "steady"),
        (0.1, "watch"),
        (0.25, "watch"),
        (0.26, "drifted"),
    ],
)
def test_drift_is_told_in_a_word(index: float, word: str) -> None:
    assert drift_word(index) == word
