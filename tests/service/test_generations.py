"""What the workers of one server agree on, tried with real processes."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from service.serving.generations import Failure, Generations
from service.serving.plan import Plan


@pytest.fixture
def generations() -> Generations:
    return Generations()


def _fork(work: Callable[[], object]) -> int:
    """A process that did `work` and is gone, without anyone having noticed."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if work() in (None, True) else 1)
    assert os.waitpid(pid, 0)[1] == 0
    return pid


def _plan(version: int) -> Plan:
    return Plan({version: "a"}, default=version)


def test_a_plan_is_posted_first_and_serves_later(generations: Generations) -> None:
    number = generations.post(_plan(7), began=5)

    assert (generations.serving, generations.posted, generations.began) == (0, 1, 5)
    assert generations.plan(number) == _plan(7)
    assert generations.flip()
    assert generations.serving == 1


def test_what_serves_already_is_not_served_anew(generations: Generations) -> None:
    generations.post(_plan(1))
    generations.flip()

    assert not generations.flip()


def test_no_generation_serves_that_a_worker_has_not_prepared(
    generations: Generations,
) -> None:
    generations.post(_plan(1))
    generations.flip()
    other = _fork(lambda: generations.join(1))
    generations.join(1)

    generations.post(_plan(2))
    generations.prepared(2)
    before = generations.flip()
    generations.leave(other)

    assert not before
    assert generations.flip()
    assert generations.serving == 2


def test_a_worker_joins_what_serves_and_nothing_else(generations: Generations) -> None:
    generations.post(_plan(1))
    generations.flip()
    generations.post(_plan(2))
    generations.flip()

    assert not generations.join(1)
    assert not generations.anyone()
    assert generations.join(2)
    assert generations.anyone()


def test_another_process_sees_what_was_posted(generations: Generations) -> None:
    _fork(lambda: generations.post(_plan(4)))

    assert generations.plan(1) == _plan(4)


def test_the_plan_that_serves_is_kept_whatever_is_posted(
    generations: Generations,
) -> None:
    generations.post(_plan(1))
    generations.flip()
    for version in range(2, 9):
        generations.post(_plan(version))

    assert generations.plan(1) == _plan(1)
    assert generations.plan(8) == _plan(8)
    assert generations.plan(7) == Plan()


def test_one_process_leads_until_it_dies(generations: Generations) -> None:
    _fork(generations.lead)  # and dies

    assert generations.lead()
    assert generations.lead()
    _fork(lambda: not generations.lead())


def test_a_failure_is_told_once_with_its_worker_and_its_reason(
    generations: Generations,
) -> None:
    generations.post(_plan(1))
    pid = _fork(lambda: generations.failed(1, 3, "damaged: " + "é" * 1000))

    (failure,) = generations.failures()

    assert failure.reason.startswith("damaged: éééé")
    assert failure == Failure(pid, 1, 3, failure.reason)
    assert generations.failures() == []


def test_a_row_is_used_again_when_its_worker_is_gone(generations: Generations) -> None:
    for _ in range(3000):  # more than there are rows
        generations.join(0)
        generations.leave(os.getpid())

    assert not generations.anyone()


def test_questions_are_counted_until_they_are_answered(
    generations: Generations,
) -> None:
    generations.ask()
    generations.ask()
    asked = generations.asked
    _fork(lambda: setattr(generations, "looked", asked))

    assert (generations.asked, generations.looked) == (2, 2)


@pytest.mark.parametrize("milliseconds", [1, 3, 5, 8])
def test_a_plan_is_whole_even_if_its_writer_was_killed(
    generations: Generations, milliseconds: int
) -> None:
    pid = os.fork()
    if pid == 0:
        while True:
            number = generations.posted + 1
            generations.post(Plan({1: "x" * 1000 * (number % 90)}, default=number))
            generations.flip()
    while generations.posted < 20:
        _read_whole(generations)

    time.sleep(milliseconds / 1000)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

    assert generations.plan(generations.serving).default == generations.serving
    number = generations.post(_plan(5))
    assert generations.plan(number) == _plan(5)


def _read_whole(generations: Generations) -> None:
    number = generations.posted
    assert generations.plan(number).default in (number, None)
