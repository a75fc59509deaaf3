"""Who is really there: servers that were installed, started, and read ten digits right.

One that cannot take part is told by name, with the reason. The load is left to
`rounds`.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.servers.contenders import Contender
from benchmarks.servers.environments import NotInstalled, python_with, versions
from benchmarks.servers.programs import Server
from benchmarks.servers.requests import Request
from benchmarks.servers.running import ROOT, Running, ServerError
from service.artifact import version_numbers

DIGITS = ROOT / "tests/data/digits"
LOADED = "7_0.png"
"""The picture that the load consists of."""


@dataclass(frozen=True)
class Participant:
    """A contender whose server runs: what is sent to it, and what it answers."""

    contender: Contender
    running: Running
    request: Request
    answer: bytes


@dataclass
class Field:
    """All who take part, and what was learnt of them on the way.

    starts: seconds to the first answer, by server. versions: of what it is made,
    by server. skipped: why not, by contender.
    """

    participants: list[Participant] = field(default_factory=list)
    starts: dict[str, list[float]] = field(default_factory=dict)
    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def assemble(
    contenders: Iterable[Contender], starts: int, folder: Path, stack: ExitStack
) -> Field:
    """Install, start and check all of `contenders`; `stack` stops what runs.

    Each server is started `starts` times alone and timed, and once more to stay.
    """
    work = _Assembly(_by_server(contenders), folder, stack)
    work.attempt("environment", work.install)
    for number in range(starts):
        work.attempt(f"start {number + 1} of {starts}", work.time_start)
    work.attempt("starting", work.stay)
    return work.found


class _Assembly:
    """The steps that every server goes through, unless one of them fails."""

    def __init__(
        self, servers: dict[Server, list[Contender]], folder: Path, stack: ExitStack
    ) -> None:
        self.found = Field()
        self._servers, self._folder, self._stack = servers, folder, stack

    def attempt(self, doing: str, step: Callable[[Server], None]) -> None:
        """Do `step` for each server; where it cannot be, its contenders are out."""
        for server, asking in self._servers.items():
            if asking[0].name in self.found.skipped:
                continue
            print(f"{doing}: {server.name}", file=sys.stderr, flush=True)
            try:
                step(server)
            except (NotInstalled, ServerError) as error:
                self.found.skipped |= {one.name: str(error) for one in asking}

    def install(self, server: Server) -> None:
        """Its environment, made if need be."""
        python = python_with(server.packages)
        self.found.versions[server.name] = versions(python, server.shown)

    def time_start(self, server: Server) -> None:
        """Once, to the first answer, and stop it."""
        with start(server, self._folder) as running:
            seconds = running.wait_for(_loaded(self._servers[server][0]))
        self.found.starts.setdefault(server.name, []).append(seconds)

    def stay(self, server: Server) -> None:
        """Start it for the rounds, and check everyone who asks it."""
        running = self._stack.enter_context(start(server, self._folder))
        asking = self._servers[server]
        running.wait_for(_loaded(asking[0]))
        self.found.participants += [check(one, running) for one in asking]


def check(contender: Contender, running: Running) -> Participant:
    """`contender` with its answer to the load; ServerError where it reads wrong.

    Ten digits must be read right, those of the load alike each time.
    """
    for path in _ten_digits(contender):
        _read(contender, running, path)
    path = DIGITS / LOADED
    answers = {_read(contender, running, path) for _ in range(4)}
    if len(answers) > 1:
        raise ServerError(f"answers the same in different ways: {sorted(answers)}")
    return Participant(contender, running, contender.ask(path.read_bytes()), *answers)


def _by_server(contenders: Iterable[Contender]) -> dict[Server, list[Contender]]:
    servers: dict[str, tuple[Server, list[Contender]]] = {}
    for contender in contenders:
        server = contender.server
        servers.setdefault(server.name, (server, []))[1].append(contender)
    return dict(servers.values())


def start(server: Server, folder: Path) -> Running:
    """The server's process, with its log in `folder`."""
    python = python_with(server.packages)
    newest = max(version_numbers(ROOT / "models", "mnist"))
    model = ROOT / "models/mnist" / str(newest)
    names = {
        "{python}": str(python),
        "{bin}": str(python.parent),
        "{folder}": str(folder),
    }

    def told(text: str) -> str:
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    environ = {
        "BENCHMARK_MODEL": str(model / "model.tflite"),
        "BENCHMARK_KERAS_MODEL": str(model / "model.keras"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **{name: told(value) for name, value in server.environ.items()},
    }
    log = folder / (server.name.replace(" ", "-").replace(",", "") + ".log")
    return Running(tuple(told(word) for word in server.words), environ, log)


def _loaded(contender: Contender) -> Request:
    return contender.ask((DIGITS / LOADED).read_bytes())


def _ten_digits(contender: Contender) -> list[Path]:
    """One picture of each digit; a floor always answers 7."""
    digits = [7] if contender.floor else range(10)
    return [min(DIGITS.glob(f"{digit}_*.png")) for digit in digits]


def _read(contender: Contender, running: Running, path: Path) -> bytes:
    request = contender.ask(path.read_bytes())
    status, body = running.ask(request)
    try:
        digit = request.digit_of(body) if status == 200 else None
    except (KeyError, IndexError, TypeError, ValueError):
        digit = None
    if digit != int(path.name[0]):
        raise ServerError(f"{path.name} gives {status} {body[:200]!r}")
    return body
