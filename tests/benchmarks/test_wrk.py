"""What is read out of wrk's output, and what makes a load worthless."""

import json
from typing import Any

import pytest

from benchmarks.servers.wrk import NoLoad, parse


def output(**changed: Any) -> str:
    """As wrk prints it at the end of a good run with 16 connections."""
    told = {
        "requests": 4715,
        "microseconds": 2_013_499,
        "sent": 4731,
        "due": 0,
        "wrong": 0,
        "answer": "",
        "connect": 0,
        "read": 0,
        "write": 0,
        "timeout": 0,
        "times": [4052, 613],
    }
    lines = ["Running 2s test @ http://127.0.0.1:8911/", "Requests/sec:   2341.69"]
    return "\n".join([*lines, f"LOAD {json.dumps(told | changed)}"])


def test_a_good_run_is_read() -> None:
    found = parse(output(), 16, 0.25)

    assert (found.requests, found.sent, found.generator) == (4715, 4731, 0.25)
    assert found.seconds == pytest.approx(2.013499)
    assert found.times == (4052, 613)
    assert found.error is None


@pytest.mark.parametrize("kind", ["connect", "read", "write", "timeout"])
def test_a_socket_error_is_an_error(kind: str) -> None:
    found = parse(output(**{kind: 2}), 16, 0.0)

    assert found.error == f"2 {kind} errors"


def test_a_wrong_answer_is_an_error_and_shown() -> None:
    found = parse(output(wrong=3, answer="500 oh no"), 16, 0.0)

    assert found.error == "3 wrong answers, as '500 oh no'"


def test_requests_that_got_lost_with_their_connection_are_an_error() -> None:
    found = parse(output(sent=4740), 16, 0.0)

    assert found.error == "9 requests without an answer"


def test_requests_under_way_at_the_end_are_no_error() -> None:
    assert parse(output(sent=4715 + 16), 16, 0.0).error is None


def test_no_answer_at_all_is_an_error() -> None:
    assert parse(output(requests=0, sent=16), 16, 0.0).error == "no answer at all"


@pytest.mark.parametrize(
    "text", ["", "load.lua: no such file", output() + output()[:0]]
)
def test_output_without_the_line_is_refused(text: str) -> None:
    if "LOAD" in text:
        text = f"{text}\n{text}"

    with pytest.raises(NoLoad, match="expected one"):
        parse(text, 16, 0.0)
