"""What the service has set itself, and what of it one run reached.

Goals that need another benchmark (bulk, training, the command line) are not here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.servers.contenders import OURS
from benchmarks.servers.programs import LITERT
from benchmarks.servers.results import Results
from benchmarks.servers.rounds import HALF

At = "16"


@dataclass(frozen=True)
class Goal:
    """`figure` is None where a contender is missing or void."""

    name: str
    bound: float
    figure: Callable[[Results], float | None]
    at_least: bool = True

    def met(self, results: Results) -> bool | None:
        """None where it was not measured."""
        figure = self.figure(results)
        if figure is None:
            return None
        return figure >= self.bound if self.at_least else figure <= self.bound


def _faster(name: str) -> Callable[[Results], float | None]:
    """How many times as many answers as `name` has, with 16 connections."""

    def figure(results: Results) -> float | None:
        row = results.row(name)
        return row.faster[At].median if row and At in row.faster else None

    return figure


def _of_raw(results: Results) -> float | None:
    faster = _faster("litert, multipart")(results)
    return 1 / faster if faster else None


def _over_floor(results: Results) -> float | None:
    row = results.row("floor, plain gthread")
    return row.dearer[At].median if row and At in row.dearer else None


def _spread(results: Results) -> float | None:
    row = results.row(OURS)
    latency = row.latency.get(HALF) if row else None
    return latency.p99 / latency.p50 if latency else None


def _alone(results: Results) -> float | None:
    row = results.row(OURS)
    return row.latency["1"].p50 / 1000 if row and "1" in row.latency else None


def _memory(results: Results) -> float | None:
    found = results.memory.get(LITERT.name)
    return found.after if found else None


def _growth(results: Results) -> float | None:
    found = results.memory.get(LITERT.name)
    return found.after - found.before if found else None


def _start(results: Results) -> float | None:
    return results.starts.get(LITERT.name)


GOALS = (
    Goal("requests/s over FastAPI + uvicorn", 1.0, _faster("FastAPI + uvicorn")),
    Goal("requests/s over MLServer", 1.8, _faster("MLServer")),
    Goal(
        "requests/s over MLServer in one process", 1.8, _faster("MLServer, one process")
    ),
    Goal("requests/s over LitServe", 3.0, _faster("LitServe")),
    Goal("requests/s over BentoML", 8.0, _faster("BentoML")),
    Goal("requests/s over the tutorial", 100.0, _faster("tutorial (Flask + predict)")),
    Goal("CPU per request over the floor's", 1.6, _over_floor, at_least=False),
    Goal("p99 over p50 at half load", 3.0, _spread, at_least=False),
    Goal("p50 of one connection, ms", 1.0, _alone, at_least=False),
    Goal("multipart over raw, requests/s", 0.8, _of_raw),
    Goal("memory of two workers and their master, MiB", 90.0, _memory, at_least=False),
    Goal("start to the first answer, s", 1.0, _start, at_least=False),
    Goal("memory grown during the rounds, MiB", 2.0, _growth, at_least=False),
)
