"""What is told of a run: figures, goals, and nothing of rows that are void."""

from dataclasses import replace

import pytest

from benchmarks.servers.chart import svg
from benchmarks.servers.contenders import OURS
from benchmarks.servers.goals import GOALS
from benchmarks.servers.machine import Machine
from benchmarks.servers.programs import LITERT
from benchmarks.servers.report import markdown
from benchmarks.servers.results import Memory, Results, as_json
from benchmarks.servers.rounds import HALF
from benchmarks.servers.summary import Latency, Ratio, Row

MACHINE = Machine("2026-11-22 10:00 UTC", "a CPU", 2, 24, "6.1", "3.11.7", 0.1, "abc1")
FASTAPI = "FastAPI + uvicorn"


def row(name: str, per_second: float, faster: float) -> Row:
    return Row(
        name,
        requests=1000,
        per_second={"16": per_second, HALF: per_second / 2},
        faster={"16": Ratio(faster, faster - 0.1, faster + 0.1)},
        processor={"16": 500.0, HALF: 600.0},
        dearer={"16": Ratio(1.5, 1.4, 1.6)},
        generator={HALF: 80.0},
        latency={HALF: Latency(1000, 2500, None), "1": Latency(700, 900, 1200)},
    )


@pytest.fixture
def results() -> Results:
    return Results(
        MACHINE,
        wrk="4.1.0",
        rounds=9,
        seconds=2,
        idle=0.02,
        rows=(row(OURS, 3000, 1), row(FASTAPI, 2000, 1.5)),
        starts={LITERT.name: 0.9},
        memory={LITERT.name: Memory(80, 81.5, 123_456)},
        versions={"FastAPI": {"fastapi": "0.165.0"}},
        skipped={"BentoML": "pip said: no"},
    )


def test_a_row_has_its_figures(results: Results) -> None:
    text = markdown(results)

    assert f"| {FASTAPI} | - | - | 2,000 | 1.50 (1.40..1.60) |" in text
    times = "| 0.70 | 0.90 | 1.20 | 1.00 | 2.50 | - | 0.90 + 0.12 |"
    assert f"{times} 82 (+1.5 in 123,456) |" in text


def test_a_void_row_has_its_reason_and_no_figures(results: Results) -> None:
    void = Row(FASTAPI, void="3 wrong answers")

    text = markdown(replace(results, rows=(results.rows[0], void)))

    assert f"| {FASTAPI} | void: 3 wrong answers |" in text
    assert "2,000" not in text


def test_who_was_left_out_is_named_with_the_reason(results: Results) -> None:
    assert "- BentoML: pip said: no" in markdown(results)


def test_goals_are_met_missed_or_not_measured(results: Results) -> None:
    told = {goal.name: goal.met(results) for goal in GOALS}

    assert told["requests/s over FastAPI + uvicorn"] is True
    assert told["p99 over p50 at half load"] is True
    assert told["start to the first answer, s"] is True
    assert told["requests/s over MLServer"] is None


def test_a_goal_that_is_missed_is_called_so(results: Results) -> None:
    slow = replace(results, rows=(row(OURS, 3000, 1), row(FASTAPI, 3100, 0.97)))

    text = markdown(slow)

    assert "| requests/s over FastAPI + uvicorn | at least 1 | 0.97 | missed |" in text


def test_a_goal_against_a_void_row_is_not_measured(results: Results) -> None:
    void = replace(results, rows=(results.rows[0], Row(FASTAPI, void="an error")))

    assert GOALS[0].met(void) is None


def test_the_same_results_make_the_same_chart_and_figures(results: Results) -> None:
    assert svg(results) == svg(results)
    assert as_json(results) == as_json(results)
