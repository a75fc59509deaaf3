"""The load: wrk, told by `load.lua` what to send and how to judge the answers.

wrk 4.1 or later, as Debian has it, with as many connections as asked, kept alive.
A closed loop sends the next request when an answer has come. An open loop sends
`rate` requests a second by the clock, each on a connection that is free, and times
those that found none from when they were due: a server that stalls is charged for the
requests that had to wait (what Gil Tene calls coordinated omission is what a closed
loop leaves out).
"""

import json
import os
import resource
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
MARK = "LOAD "
TIMEOUT_SECONDS = 30


class NoLoad(Exception):
    """wrk is missing, or did not run."""


@dataclass(frozen=True)
class Load:
    """So many connections for so many seconds.

    rate: requests a second of an open loop; None for a closed one.
    timed: tell how long each answer took; a thread for each connection is needed.
    """

    connections: int
    seconds: int
    rate: float | None = None
    timed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What wrk saw.

    requests: answers that came. sent: requests that went out. due: those that an
    open loop should have sent. seconds: by the wall. times: microseconds of each
    answer, where they were asked for. generator: processor seconds of wrk itself.
    error: None, or what was wrong with one answer or more.
    """

    requests: int
    sent: int
    due: int
    seconds: float
    times: tuple[int, ...]
    generator: float
    error: str | None


def run_load(port: int, wire: bytes, answer: bytes, load: Load) -> Outcome:
    """Send `wire` as `load` says; every answer's body must be `answer`."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "request"), Path(folder, "answer")
        files[0].write_bytes(wire)
        files[1].write_bytes(answer)
        variables = {"LOAD_REQUEST": str(files[0]), "LOAD_ANSWER": str(files[1])}
        before = _used_by_children()
        done = subprocess.run(
            _command(port, load),
            env={**os.environ, **variables, **_variables(load)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or done.stderr:
        raise NoLoad(f"wrk ended with {done.returncode}: {done.stderr.strip()}")
    return parse(done.stdout, load.connections, _used_by_children() - before)


def parse(output: str, connections: int, generator: float) -> Outcome:
    """Read what `load.lua` prints at the end; NoLoad where it is not there."""
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    if len(lines) != 1:
        raise NoLoad(f"{len(lines)} lines begin with {MARK!r}, expected one: {output}")
    told = json.loads(lines[0].removeprefix(MARK))
    return Outcome(
        told["requests"],
        told["sent"],
        told["due"],
        told["microseconds"] / 1e6,
        tuple(told["times"]),
        generator,
        _error(told, connections),
    )


def version() -> str:
    """As "4.1.0"; NoLoad where wrk is missing."""
    if shutil.which("wrk") is None:
        raise NoLoad("wrk is missing, the load generator: apt-get install wrk")
    told = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False)
    return told.stdout.split()[1].removeprefix("debian/")


def _error(told: dict[str, int], connections: int) -> str | None:
    """All that was wrong, None where nothing was.

    wrk takes a connection that the server closed for no error, and sends anew: then
    more went out than came back and could be under way at the end.
    """
    lost = told["sent"] - told["requests"] - connections
    kinds = {name: told[name] for name in ("connect", "read", "write", "timeout")}
    found = [f"{count} {name} errors" for name, count in kinds.items() if count]
    if lost > 0:
        found.append(f"{lost} requests without an answer")
    if told["wrong"]:
        found.append(f"{told['wrong']} wrong answers, as {told['answer']!r}")
    if not told["requests"]:
        found.append("no answer at all")
    return ", ".join(found) or None


def _command(port: int, load: Load) -> list[str]:
    threads = load.connections if load.timed else 1
    return [
        "wrk",
        f"-t{threads}",
        f"-c{load.connections}",
        f"-d{load.seconds}s",
        f"--timeout={TIMEOUT_SECONDS}s",
        f"--script={SCRIPT}",
        f"http://127.0.0.1:{port}/",
    ]


def _variables(load: Load) -> dict[str, str]:
    variables = {}
    if load.timed:
        variables["LOAD_TIMES"] = "1"
    if load.rate is not None:
        variables["LOAD_INTERVAL"] = str(1e6 / load.rate)
    return variables


def _used_by_children() -> float:
    """Processor seconds of the children that were waited for: of wrk, mostly."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
