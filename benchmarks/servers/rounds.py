"""The rounds: every participant in turn, stage by stage, for a second or two each.

In turns, so that whatever else the machine does meets all of them alike, and each
round beginning with another one. What the figures come to is left to `summary`.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.servers.participants import Participant
from benchmarks.servers.wrk import Load, Outcome, run_load

HALF = "half load"


@dataclass(frozen=True)
class Stage:
    """So many connections. `open_loop`: at half of what the stage before took."""

    name: str
    connections: int
    timed: bool = False
    open_loop: bool = False


STAGES = (
    Stage("1", 1, timed=True),
    Stage("64", 64),
    Stage("16", 16),
    Stage(HALF, 16, timed=True, open_loop=True),
)


@dataclass(frozen=True)
class Sample:
    """One participant in one stage of one round.

    per_second: answers. processor: microseconds of the server's for each request.
    generator: the same of wrk. times: microseconds of each answer, where timed.
    due: requests that an open loop should have sent, at `rate` a second.
    """

    name: str
    stage: str
    number: int
    requests: int
    per_second: float
    processor: float
    generator: float
    times: tuple[int, ...]
    due: int
    rate: float | None
    error: str | None


def run_rounds(
    participants: Sequence[Participant], rounds: int, seconds: int
) -> list[Sample]:
    """Every sample, in order. Who made an error is not asked again."""
    samples: list[Sample] = []
    out: set[str] = set()
    for number in range(rounds):
        for stage in STAGES:
            for participant in _from(participants, number):
                name = participant.contender.name
                if name in out:
                    continue
                rate = _half(samples, name) if stage.open_loop else None
                load = Load(stage.connections, seconds, rate, stage.timed)
                sample = _measure(participant, stage, number, load)
                samples.append(sample)
                _tell(sample, rounds)
                if sample.error:
                    out.add(name)
    return samples


def _measure(participant: Participant, stage: Stage, number: int, load: Load) -> Sample:
    running = participant.running
    before = running.processor_seconds()
    outcome = _run(participant, load)
    running.settle()
    used = running.processor_seconds() - before
    sent = max(1, outcome.sent)  # those under way at the end cost, too
    return Sample(
        participant.contender.name,
        stage.name,
        number,
        outcome.requests,
        outcome.requests / outcome.seconds,
        used / sent * 1e6,
        outcome.generator / sent * 1e6,
        outcome.times,
        outcome.due,
        load.rate,
        outcome.error,
    )


def _run(participant: Participant, load: Load) -> Outcome:
    port = participant.running.port
    wire = participant.request.wire(port)
    return run_load(port, wire, participant.answer, load)


def warm_up(participant: Participant) -> None:
    """So that every thread of every worker has its interpreter."""
    _run(participant, Load(16, 1))
    participant.running.settle()


def _half(samples: list[Sample], name: str) -> float:
    """Half of what `name` answered just now, in a closed loop."""
    last = [sample for sample in samples if sample.name == name][-1]
    return max(1.0, last.per_second / 2)


def _from(participants: Sequence[Participant], number: int) -> list[Participant]:
    first = number % len(participants)
    return [*participants[first:], *participants[:first]]


def _tell(sample: Sample, rounds: int) -> None:
    found = sample.error or f"{sample.per_second:,.0f}/s, {sample.processor:,.0f} us"
    stage = sample.stage if sample.stage == HALF else f"{sample.stage} connections"
    print(
        f"round {sample.number + 1} of {rounds}, {stage}, {sample.name}: {found}",
        file=sys.stderr,
        flush=True,
    )
