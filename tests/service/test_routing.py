"""Which share of those who ask goes to the canary, and that they stay there."""

from itertools import pairwise

import pytest

from service.serving.routing import Canary, Share

ASKERS = [f"client-{number}" for number in range(10_000)]
LABELS = {"stable": 1, "canary": 2}


def having(percent: float) -> set[str]:
    share = Share("canary", percent)
    return {asker for asker in ASKERS if share.has(asker)}


@pytest.mark.parametrize("percent", [0.5, 5, 25, 50, 99])
def test_as_many_are_in_a_share_as_it_says(percent: float) -> None:
    expected = len(ASKERS) * percent / 100
    deviation = (expected * (1 - percent / 100)) ** 0.5

    found = len(having(percent))

    assert abs(found - expected) < 3 * deviation


def test_a_larger_share_only_adds_to_a_smaller_one() -> None:
    shares = [having(percent) for percent in (0.1, 1, 5, 20, 60, 100)]

    for smaller, larger in pairwise(shares):
        assert smaller < larger


def test_everyone_is_in_a_share_of_100_percent() -> None:
    assert having(100) == set(ASKERS)


def test_who_is_in_a_share_is_the_same_in_every_release() -> None:
    share = Share("canary", 30)

    found = [number for number in range(20) if share.has(f"10.0.0.{number}")]

    assert found == [5, 7, 11, 17, 18]


@pytest.mark.parametrize(
    ("text", "percent"), [("a:5", 5), ("a:0.25", 0.25), ("a:.5", 0.5), ("a:100", 100)]
)
def test_a_share_is_read_from_a_label_and_a_percentage(
    text: str, percent: float
) -> None:
    share = Share.parse(text)

    assert share == Share("a", percent)
    assert Share.parse(str(share)) == share


@pytest.mark.parametrize(
    "text",
    ["", ":5", "a", "a:", "a:0", "a:100.1", "a:-1", "a:5%", "a:nan", "a:5:5", "a-b:5"],
)
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a label and a percentage above 0 and up to"):
        Share.parse(text)


def test_those_in_the_share_get_the_version_of_the_label_and_others_none() -> None:
    canary = Canary(Share("canary", 20))

    found = {asker: canary.version(asker, 1, LABELS) for asker in ASKERS}

    assert {asker for asker in ASKERS if found[asker] == 2} == having(20)
    assert {number for number in found.values() if number != 2} == {None}


def test_a_label_of_the_default_sends_nobody_anywhere() -> None:
    canary = Canary(Share("canary", 100))

    assert canary.version("somebody", 2, LABELS) is None


def test_nobody_in_particular_is_sent_nowhere() -> None:
    canary = Canary(Share("canary", 100))

    assert canary.version("", 1, LABELS) is None
