"""How many calls one request makes: a cost that no busy machine changes.

    python -m benchmarks.calls [--json] [--write]

Counts what Python's profiler sees of one request through the whole WSGI application,
or answered at once before it comes there, with the log as in production: calls of
functions written in Python, and calls from Python of functions written in C. What
lies below (Pillow's decoding, the network) is not seen. `--write` makes the present
counts the bounds that tests/service/test_cost.py holds the service to.
"""

import argparse
import gc
import json
import logging.config
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.wsgi_requests import AT_ONCE, REQUESTS, at_once, call, environ
from service import logs
from service.api.application import Application
from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parents[1]
BOUNDS = ROOT / "tests/service/cost.json"
RUNS = 5


@dataclass(frozen=True, order=True)
class Calls:
    """Of functions written in Python, and in C."""

    python: int
    c: int


def count(work: Callable[[], object]) -> Calls:
    """The calls that `work` makes in this thread."""
    seen = {"call": 0, "c_call": 0}

    def tally(_: FrameType, event: str, __: Any) -> None:
        if event in seen:
            seen[event] += 1

    before = sys.getprofile()
    gc.disable()  # a collection may run finalisers, whenever it comes
    try:
        sys.setprofile(tally)
        work()
    finally:
        sys.setprofile(before)
        gc.enable()
    return Calls(seen["call"], seen["c_call"])


def cost_of_requests(app: Application) -> dict[str, Calls]:
    """The least calls of several runs, by form: the first ones fill caches."""
    found = {
        name: min(_cost(app, environ(request)) for _ in range(RUNS))
        for name, request in REQUESTS.items()
    }
    for name in AT_ONCE:
        work = partial(at_once, app, REQUESTS[name])
        found[f"{name}, at once"] = min(count(work) for _ in range(RUNS))
    return found


def _cost(app: Application, environment: dict[str, Any]) -> Calls:
    return count(lambda: call(app, environment))


def main() -> int:
    """Print the counts, beside the bounds."""
    options = _options()
    found = cost_of_requests(_application())
    document = {name: asdict(calls) for name, calls in found.items()}
    if options.json:
        print(json.dumps(document))
        return 0
    print(f"{'calls of a request':20}{'Python':>8}{'bound':>8}{'C':>8}{'bound':>8}")
    bounds = read_bounds()
    for name, calls in found.items():
        bound = bounds.get(name, Calls(0, 0))
        print(f"{name:20}{calls.python:8}{bound.python:8}{calls.c:8}{bound.c:8}")
    if options.write:
        _write(json.dumps(document, indent=2) + "\n")
    return 0


def read_bounds() -> dict[str, Calls]:
    """The counts that were last agreed to; none where there is no such file."""
    if not BOUNDS.is_file():
        return {}
    return {
        name: Calls(**calls) for name, calls in json.loads(BOUNDS.read_text()).items()
    }


def _application() -> Application:
    """The service's own, logging as in production, to nowhere."""
    config = logs.config("info")
    config["handlers"]["stdout"]["stream"] = Path(os.devnull).open("w")  # noqa: SIM115
    logging.config.dictConfig(config)
    return create_app(Settings(models_dir=ROOT / "models"))


def _write(text: str) -> None:
    beside = BOUNDS.with_name(f".{BOUNDS.name}.new")
    beside.write_text(text)
    os.replace(beside, BOUNDS)
    print(f"written to {BOUNDS.relative_to(ROOT)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calls",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    parser.add_argument("--write", action="store_true", help="set the bounds to these")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
