"""What HTTP costs in bulk: the service's throughput over that of its engine alone.

    python -m benchmarks.bulk [--rounds 15] [--all-cores] [--json]

A real gunicorn with one worker is pinned to one core, and asked for 1,024 digits a
request over two kept-alive connections from the other cores; in turns with it, the
LiteRT engine is asked for the same in a process of its own, pinned to the same core.
With --all-cores there is a worker on each core, with two connections, and an engine on
each; what asks has no core to itself then. A ratio is 1 where HTTP costs nothing: of
wall time the median of the rounds, of processor time that of all rounds together,
which is steadier on a busy machine. `busy` is how much of its cores the service, or
the engine, used. Linux only.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.bulk_forms import Form, forms
from benchmarks.pinned_engine import PinnedEngine
from benchmarks.pinned_service import PinnedService

ROOT = Path(__file__).parents[1]
PICTURES = 1024
CONNECTIONS = 2  # of each worker
CALLS = 8  # of each way in a round, on each core
ENGINE = "engine alone"


@dataclass(frozen=True)
class Cost:
    """Seconds for 1,024 pictures: by the wall in each round, of a processor in all.

    `busy` is the share of the cores that was used meanwhile.
    """

    wall: tuple[float, ...]
    processor: float
    busy: float


@dataclass(frozen=True)
class Ratio:
    """One way's throughput, and what it is of the engine's; `error` if refused."""

    way: str
    pictures_per_second: float = 0.0
    wall: float = 0.0
    processor: float = 0.0
    busy: float = 0.0
    error: str | None = None


def main() -> int:
    """Print a line for each way to send pictures; 1 where one of them was refused."""
    options = _options()
    digits = _digits()
    ways = forms(digits)
    cores = _cores(options.all_cores)
    with (
        PinnedService(cores) as service,
        PinnedEngine(cores, digits) as engine,
    ):
        errors = {form.name: _refusal(service, form) for form in ways}
        served = [form for form in ways if errors[form.name] is None]
        costs = measure(service, engine, served, options.rounds)
    ratios = [Ratio(name, error=error) for name, error in errors.items() if error]
    ratios = [*compare(costs), *ratios]
    print(_json(ratios) if options.json else _table(ratios, len(cores)))
    return int(any(errors.values()))


def measure(
    service: PinnedService, engine: PinnedEngine, ways: list[Form], rounds: int
) -> dict[str, Cost]:
    """What each way and the engine alone cost, in turns; a round before is not kept."""
    cores = len(service.cores)
    count = cores * CONNECTIONS
    connections = [HTTPConnection(*service.address) for _ in range(count)]
    with ThreadPoolExecutor(count) as pool:

        def ask(form: Form) -> float:
            before = service.processor_seconds()
            list(pool.map(_ask_often, connections, repeat(form)))
            return service.processor_seconds() - before

        calls: dict[str, Callable[[], float]] = {ENGINE: partial(engine.ask, CALLS)}
        calls |= {form.name: partial(ask, form) for form in ways}
        return _in_turns(calls, cores, rounds)


def compare(costs: dict[str, Cost]) -> list[Ratio]:
    """Each way beside the engine alone."""
    engine = costs[ENGINE]
    return [
        Ratio(
            name,
            PICTURES / statistics.median(cost.wall),
            statistics.median(
                alone / wall for alone, wall in zip(engine.wall, cost.wall, strict=True)
            ),
            engine.processor / cost.processor,
            cost.busy,
        )
        for name, cost in costs.items()
    ]


def _in_turns(
    calls: dict[str, Callable[[], float]], cores: int, rounds: int
) -> dict[str, Cost]:
    walls: dict[str, list[float]] = {name: [] for name in calls}
    processor = dict.fromkeys(calls, 0.0)
    names = list(calls)
    for number in range(rounds + 1):
        _tell(number, rounds)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            began = time.perf_counter()
            used = calls[name]()
            if number:
                walls[name].append((time.perf_counter() - began) / CALLS / cores)
                processor[name] += used / CALLS / cores
    return {
        name: Cost(tuple(walls[name]), used, used / sum(walls[name]) / cores)
        for name, used in processor.items()
    }


def _ask_often(connection: HTTPConnection, form: Form) -> None:
    for _ in range(CALLS // CONNECTIONS):
        connection.request("POST", form.path, form.body, form.headers)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{form.name}: status {response.status}")


def _refusal(service: PinnedService, form: Form) -> str | None:
    """None where the service answers `form`, else its status and why not."""
    with closing(HTTPConnection(*service.address)) as connection:
        try:
            connection.request("POST", form.path, form.body, form.headers)
            response = connection.getresponse()
            body = response.read()
        except OSError as error:  # closed before all of a refused body was sent
            return str(error)
    return None if response.status == 200 else f"{response.status} {body[:120]!r}"


def _cores(every: bool) -> frozenset[int]:
    """Those of the service: all, or one that nothing else is on."""
    cores = frozenset(os.sched_getaffinity(0))
    if not every and len(cores) < 2:
        raise SystemExit("one core only, expected two: one is the service's own")
    return cores if every else frozenset({max(cores)})


def _digits() -> NDArray[np.uint8]:
    """The forty digits of the tests, again and again: uint8 [1024, 784]."""
    files = sorted((ROOT / "tests/data/digits").glob("*.png"))
    forty = np.stack([np.asarray(Image.open(file)).reshape(784) for file in files])
    return np.resize(forty, (PICTURES, 784))


def _tell(number: int, rounds: int) -> None:
    if sys.stderr.isatty():
        print(f"\rround {number} of {rounds} ", end="", file=sys.stderr, flush=True)


def _table(ratios: list[Ratio], cores: int) -> str:
    lines = [
        f"{PICTURES} pictures a request, workers on {cores} of {os.cpu_count()} cores",
        f"{'way':32}{'pictures/s':>12}{'ratio':>8}{'of processor time':>20}{'busy':>8}",
    ]
    for ratio in ratios:
        if ratio.error is not None:
            lines.append(f"{ratio.way:32}  refused: {ratio.error}")
            continue
        lines.append(
            f"{ratio.way:32}{ratio.pictures_per_second:12,.0f}"
            f"{ratio.wall:8.2f}{ratio.processor:20.2f}{ratio.busy:8.2f}"
        )
    return "\n".join(lines)


def _json(ratios: list[Ratio]) -> str:
    return json.dumps([asdict(ratio) for ratio in ratios], indent=2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="default: 15")
    parser.add_argument(
        "--all-cores", action="store_true", help="one worker a core, not one in all"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
