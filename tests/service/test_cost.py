"""What one request costs, in calls rather than seconds: alike on every machine.

Where a test here fails, the service makes more calls for a request than was agreed.
Find out which (`python -m cProfile`), and take them away; or, where they are worth
it, agree to them: `python -m benchmarks.calls --write` sets the bounds in cost.json to
the present counts. Say in the commit what they buy.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks.calls import BOUNDS, Calls, count, read_bounds
from benchmarks.wsgi_requests import AT_ONCE, REQUESTS

ROOT = Path(__file__).parents[2]
TOLERANCE = 1.03
"""Another Python counts a little differently: in 3.12, comprehensions are no calls."""


@cache
def counted(again: int) -> dict[str, Calls]:
    """The counts, in a process of its own: pytest's log handlers are calls too."""
    command = [sys.executable, "-m", "benchmarks.calls", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return {form: Calls(**calls) for form, calls in json.loads(done.stdout).items()}


@pytest.mark.parametrize("form", [*REQUESTS, *(f"{form}, at once" for form in AT_ONCE)])
def test_a_request_makes_no_more_calls_than_agreed(form: str) -> None:
    agreed, found = read_bounds()[form], counted(1)[form]

    told = (
        f"{form}: {found}, agreed {agreed} in {BOUNDS.name}: see the top of this file"
    )
    assert found.python <= agreed.python * TOLERANCE, told
    assert found.c <= agreed.c * TOLERANCE, told


def test_the_same_request_costs_the_same_in_another_process() -> None:
    assert counted(1) == counted(2)


def test_calls_of_functions_in_python_and_in_c_are_counted_apart() -> None:
    def inner() -> None:
        abs(-1)
        abs(-2)

    def outer() -> None:
        inner()
        inner()

    found, nothing = count(outer), count(lambda: None)

    assert found.python - nothing.python == 2
    assert found.c - nothing.c == 4


def test_a_failing_request_leaves_no_profiler_behind() -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        count(fail)

    assert sys.getprofile() is None
