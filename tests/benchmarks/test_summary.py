"""How samples become rows: medians, pairs of one round, and rows that are void."""

from dataclasses import replace

import pytest

from benchmarks.servers.rounds import HALF, Sample
from benchmarks.servers.summary import percentile, summarise


def sample(name: str, number: int, per_second: float, processor: float = 100) -> Sample:
    return Sample(
        name,
        "16",
        number,
        requests=int(per_second),
        per_second=per_second,
        processor=processor,
        generator=10,
        times=(),
        due=0,
        rate=None,
        error=None,
    )


def half(number: int, times: tuple[int, ...], due: int) -> Sample:
    return replace(
        sample("ours", number, 100),
        stage=HALF,
        times=times,
        due=due,
        requests=len(times),
    )


def test_a_ratio_is_the_median_of_pairs_of_one_round() -> None:
    # The machine slows down tenfold in the second round, for both.
    samples = [
        *(sample("ours", 0, 1000), sample("theirs", 0, 500)),
        *(sample("theirs", 1, 40), sample("ours", 1, 100)),
        *(sample("ours", 2, 900), sample("theirs", 2, 300)),
    ]

    ours, theirs = summarise(samples, "ours")

    assert theirs.faster["16"].median == pytest.approx(2.5)  # of 2, 2.5 and 3
    assert (theirs.faster["16"].low, theirs.faster["16"].high) == (2.0, 3.0)
    assert theirs.per_second["16"] == 300
    assert ours.faster["16"].median == 1


def test_processor_time_is_compared_the_same_way() -> None:
    samples = [sample("ours", 0, 1, 450), sample("floor", 0, 1, 300)]

    assert summarise(samples, "ours")[1].dearer["16"].median == pytest.approx(1.5)


def test_one_error_voids_the_whole_row() -> None:
    bad = replace(sample("theirs", 1, 500), error="1 wrong answers")
    samples = [sample("ours", 0, 1000), sample("theirs", 0, 500), bad]

    ours, theirs = summarise(samples, "ours")

    assert theirs.void == "1 wrong answers (16, round 2)"
    assert not theirs.per_second
    assert not theirs.faster
    assert ours.void is None


def test_a_round_in_which_ours_failed_makes_no_ratio() -> None:
    bad = replace(sample("ours", 1, 1), error="1 read errors")
    samples = [
        *(sample("ours", 0, 1000), sample("theirs", 0, 500)),
        *(bad, sample("theirs", 1, 500)),
    ]

    assert summarise(samples, "ours")[1].faster["16"].median == 2


def test_p50_and_p99_are_medians_of_rounds_which_one_hiccup_does_not_move() -> None:
    calm, hiccup = tuple(range(1, 101)), (*range(1, 91), *[9000] * 10)
    samples = [half(0, calm, 100), half(1, hiccup, 100), half(2, calm, 100)]

    latency = summarise(samples, "ours")[0].latency[HALF]

    assert (latency.p50, latency.p99) == (50, 99)
    assert latency.p999 is None  # of 300 times


def test_p999_is_of_all_rounds_together() -> None:
    times = (*[5] * 997, 800, 900, 1000)
    samples = [half(number, times, 1000) for number in range(2)]

    assert summarise(samples, "ours")[0].latency[HALF].p999 == 900


def test_an_open_loop_that_was_not_kept_up_with_has_no_latency() -> None:
    samples = [half(0, (10,) * 500, due=1000)]

    assert not summarise(samples, "ours")[0].latency


def test_one_round_of_three_that_fell_behind_leaves_the_latency_of_the_others() -> None:
    slow, kept = half(0, (9000,) * 500, due=1000), half(1, (10,) * 1000, due=1000)

    found = summarise([slow, kept, replace(kept, number=2)], "ours")[0]

    assert found.latency[HALF].p50 == 10


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.25, 1), (0.5, 2), (0.51, 3), (1.0, 4)]
)
def test_percentiles_are_of_the_nearest_rank(share: float, expected: int) -> None:
    assert percentile([4, 1, 3, 2], share) == expected
