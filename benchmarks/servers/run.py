"""One run, from nothing installed to results, and everything stopped again."""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.servers import wrk
from benchmarks.servers.contenders import OURS, Contender
from benchmarks.servers.environments import versions
from benchmarks.servers.machine import this_machine
from benchmarks.servers.participants import Field, assemble
from benchmarks.servers.results import OWN_PACKAGES, SERVERS, Memory, Results
from benchmarks.servers.rounds import STAGES, Sample, run_rounds, warm_up
from benchmarks.servers.running import Running
from benchmarks.servers.summary import summarise

IDLE_SECONDS = 3


def measure(
    contenders: Sequence[Contender], rounds: int, seconds: int, starts: int
) -> Results:
    """The whole run; whatever was started has stopped when it returns.

    Raises NoLoad where wrk is missing.
    """
    number, machine = wrk.version(), this_machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = assemble(contenders, starts, folder, stack)
        _announce(found, rounds, seconds)
        for participant in found.participants:
            warm_up(participant)
        running = _running(found)
        idle = _idle(running)
        before = {name: server.mebibytes() for name, server in running.items()}
        samples = run_rounds(found.participants, rounds, seconds)
        after = {name: server.mebibytes() for name, server in running.items()}
    return Results(
        machine,
        number,
        rounds,
        seconds,
        idle,
        tuple(summarise(samples, OURS)),
        {name: statistics.median(times) for name, times in found.starts.items()},
        {
            name: Memory(before[name], after[name], _answered(name, samples))
            for name in running
        },
        {"this environment": versions(Path(sys.executable), OWN_PACKAGES)}
        | found.versions,
        found.skipped,
    )


def _answered(server: str, samples: list[Sample]) -> int:
    """Requests that `server` answered, whoever asked."""
    return sum(s.requests for s in samples if SERVERS[s.name] == server)


def _announce(found: Field, rounds: int, seconds: int) -> None:
    for name, reason in found.skipped.items():
        print(f"left out: {name}: {reason}", file=sys.stderr)
    turns = rounds * len(STAGES) * len(found.participants)
    minutes = turns * (seconds + 0.6) / 60
    print(
        f"{rounds} rounds of {len(found.participants)} contenders: "
        f"about {minutes:.0f} minutes",
        file=sys.stderr,
        flush=True,
    )


def _running(found: Field) -> dict[str, Running]:
    return {p.contender.server.name: p.running for p in found.participants}


def _idle(running: dict[str, Running]) -> float:
    """Of one core, what all of them use while nobody asks."""

    def used() -> float:
        return sum(server.processor_seconds() for server in running.values())

    before = used()
    time.sleep(IDLE_SECONDS)
    return (used() - before) / IDLE_SECONDS
