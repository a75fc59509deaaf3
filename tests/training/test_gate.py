"""The gate: what is found worse, by each check, and where it cannot tell."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import FakeEngine
from training.errors import UsageError
from training.gate import Timed, Verdict, judge
from training.gate_settings import GATE_HELP, GateSettings
from training.mcnemar import disagreements, mcnemar
from training.versus import Measured, seconds_each

PICTURES = 1000


def version(wrong: int = 20, start: int = 0, **others: float) -> Measured:
    """A version that misreads `wrong` pictures in a row from `start` on."""
    right = np.ones(PICTURES, np.bool_)
    right[start : start + wrong] = False
    return Measured(
        engine=FakeEngine(),
        probabilities=np.full((PICTURES, 10), 0.1, np.float32),
        right=right,
        ece=others.get("ece", 0.004),
        size=int(others.get("size", 1_000_000)),
    )


def verdict(
    candidate: Measured,
    default: Measured | None = None,
    settings: GateSettings | None = None,
    parity: float = 1e-7,
    slower: float = 1.0,
) -> Verdict:
    """What the gate finds, the default being an ordinary version."""
    checks = judge(
        candidate,
        default or version(),
        settings or GateSettings(),
        parity,
        Timed(slower * 40e-6, 40e-6),
    )
    return Verdict(2, checks)


def failed(found: Verdict) -> list[str]:
    return [check.name for check in found.checks if not check.passed]


def test_mcnemars_test_gives_the_exact_p_of_a_worked_example() -> None:
    # Wikipedia's "McNemar's test": of 22 discordant pairs 6 and 16, two-sided 0.053.
    assert 2 * mcnemar(16, 6) == pytest.approx(0.0525, abs=5e-5)


def test_it_is_the_tail_of_the_binomial_distribution_counted_by_hand() -> None:
    # Of 3 that differ all are lost in 1 of 8 ways; at least 2 of them in 4 of 8.
    assert mcnemar(3, 0) == 1 / 8
    assert mcnemar(2, 1) == 4 / 8
    assert mcnemar(0, 3) == 1
    assert mcnemar(0, 0) == 1


@given(st.integers(0, 60), st.integers(0, 60))
def test_it_is_the_same_as_the_sum_of_binomial_coefficients(
    lost: int, won: int
) -> None:
    whole = lost + won
    tail = sum(comb(whole, count) for count in range(lost, whole + 1))

    assert mcnemar(lost, won) == pytest.approx(tail / 2**whole)


def test_ten_thousand_pictures_that_differ_are_no_overflow() -> None:
    assert mcnemar(5000, 5000) == pytest.approx(0.504, abs=1e-3)
    assert mcnemar(9000, 1000) < 1e-300


def test_only_pictures_that_one_of_both_reads_right_are_counted() -> None:
    new = np.array([True, True, False, False, False])
    old = np.array([True, False, True, True, False])

    assert disagreements(new, old) == (2, 1)


def test_an_equal_candidate_passes_every_check() -> None:
    found = verdict(version())

    assert found.passed
    assert found.reason == "not worse than version 2"
    assert [check.name for check in found.checks] == [
        "accuracy",
        "ECE",
        "engines differ",
        "size",
        "one prediction",
    ]


def test_a_better_candidate_passes_every_check() -> None:
    assert verdict(version(5, ece=0.001, size=900_000), slower=0.5).passed


def test_a_few_more_mistakes_are_chance_and_many_are_not() -> None:
    # 5 lost and none won: 1/32 is less than 0.05; 4 lost: 1/16 is not.
    assert failed(verdict(version(24))) == []
    assert failed(verdict(version(25))) == ["accuracy"]


def test_other_mistakes_than_the_default_are_no_loss_where_as_many_are_won() -> None:
    assert verdict(version(20, start=500)).passed


@pytest.mark.parametrize(("alpha", "passes"), [(0, True), (0.03, True), (0.5, False)])
def test_how_sure_the_test_must_be_is_set(alpha: float, passes: bool) -> None:
    settings = GateSettings(alpha=alpha)

    assert verdict(version(25), settings=settings).passed is passes


@pytest.mark.parametrize(
    ("name", "worse", "just"),
    [
        ("ECE", verdict(version(ece=0.0071)), verdict(version(ece=0.0069))),
        ("engines differ", verdict(version(), parity=2e-5), verdict(version())),
        (
            "size",
            verdict(version(size=1_260_000)),
            verdict(version(size=1_240_000)),
        ),
        (
            "one prediction",
            verdict(version(), slower=1.6),
            verdict(version(), slower=1.4),
        ),
    ],
)
def test_a_candidate_worse_in_one_thing_alone_is_refused_for_that(
    name: str, worse: Verdict, just: Verdict
) -> None:
    assert failed(worse) == [name]
    assert not worse.passed
    assert failed(just) == []


@pytest.mark.parametrize(
    ("field", "value", "candidate"),
    [
        ("ece", 0.1, version(ece=0.05)),
        ("size", 3.0, version(size=2_900_000)),
    ],
)
def test_each_threshold_is_set(field: str, value: float, candidate: Measured) -> None:
    settings = replace(GateSettings(), **{field: value})

    assert not verdict(candidate).passed
    assert verdict(candidate, settings=settings).passed
    assert verdict(version(), settings=GateSettings(parity=1), parity=0.9).passed
    assert verdict(version(), settings=GateSettings(speed=9), slower=8).passed


def test_the_reason_names_every_check_that_failed_with_its_figures() -> None:
    found = verdict(version(30), slower=2)

    assert found.reason == (
        "worse than version 2: accuracy 0.9700 against 0.9800 (p 0.05 or more; 10 "
        "lost, 0 won: p 0.00098); one prediction 80 us against 40 us (up to 60 us)"
    )
    assert verdict(version(), parity=0.25).reason == (
        "worse than version 2: engines differ 2.5e-01 (up to 1e-05)"
    )


def test_the_table_has_a_line_for_each_check() -> None:
    lines = str(verdict(version(30))).splitlines()

    assert lines[0].split() == ["check", "candidate", "version", "2", "allowed"]
    assert lines[1].startswith("accuracy        0.9700     0.9800     p 0.05")
    assert [line.split()[-1] for line in lines[1:]] == ["WORSE", *["passed"] * 4]


def test_with_nothing_to_compare_with_it_passes_and_says_so() -> None:
    found = Verdict(None, note="there is no version to compare it with")

    assert found.passed
    assert found.reason == str(found) == "there is no version to compare it with"


def test_two_engines_are_timed_in_turns() -> None:
    one, other = FakeEngine(), FakeEngine()

    seconds = seconds_each(one, other, np.zeros((1, 784), np.float32))

    assert len(one.shown) == len(other.shown) > 100
    assert min(seconds) > 0


def test_every_threshold_comes_from_the_environment() -> None:
    environ = {
        "MNIST_GATE_ALPHA": "0.01",
        "MNIST_GATE_ECE": "0.02",
        "MNIST_GATE_PARITY": "1e-6",
        "MNIST_GATE_SIZE": " 2 ",
        "MNIST_GATE_SPEED": "",
    }

    assert GateSettings.from_env(environ) == GateSettings(0.01, 0.02, 1e-6, 2, 1.5)
    assert all(variable in GATE_HELP for variable in environ)


@pytest.mark.parametrize("value", ["x", "-1", "nan", "1.1", "inf", "1,5"])
def test_a_bad_threshold_is_named_with_what_is_allowed(value: str) -> None:
    with pytest.raises(UsageError) as refused:
        GateSettings.from_env({"MNIST_GATE_ECE": value})

    said = f"MNIST_GATE_ECE={value!r}: expected a number from 0 to 1"
    assert str(refused.value) == said
