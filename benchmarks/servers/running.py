"""One server's process: started, asked, weighed, and gone at the end with all its own.

What is asked, and how often, is left to others.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

from benchmarks.servers.processes import (
    Process,
    all_processes,
    mebibytes,
    processor_seconds,
    read_process,
    tree_of,
)
from benchmarks.servers.requests import Request

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 15
SETTLE_SECONDS = 20


class ServerError(Exception):
    """A server that does not start, or does not answer as it should."""


class Running:
    """A server that was started; `port` is where it listens, or will.

    `words` is its command line and `environ` is added to this process's; both may
    name {port}, {second_port} and {third_port}, which are free ones.
    """

    def __init__(
        self, words: tuple[str, ...], environ: dict[str, str], log: Path
    ) -> None:
        ports = _free_ports(3)
        names = dict(zip(("port", "second_port", "third_port"), ports, strict=True))
        self.port = ports[0]
        self.log = log
        self._began = time.perf_counter()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [word.format(**names) for word in words],
                cwd=ROOT,
                env=_inherited()
                | {name: value.format(**names) for name, value in environ.items()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we stop it in good order
            )

    @property
    def pid(self) -> int:
        """Of the process that was started, which leads all others."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask(self, request: Request) -> tuple[int, bytes]:
        """The status and the body of one answer; OSError or HTTPException if none."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("POST", request.path, request.body, request.headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def wait_for(self, request: Request) -> float:
        """Seconds from the start to the first 200 to `request`."""
        last = "nothing listened"
        while time.perf_counter() - self._began < START_SECONDS:
            if self._process.poll() is not None:
                raise ServerError(
                    f"it ended with {self._process.returncode}: {self.last_words()}"
                )
            try:
                status, body = self.ask(request)
            except (OSError, HTTPException):
                time.sleep(0.01)
                continue
            if status == 200:
                return time.perf_counter() - self._began
            last = f"it answered {status} {body[:200]!r}"
            time.sleep(0.05)
        raise ServerError(f"not ready after {START_SECONDS} s: {last}")

    def processor_seconds(self) -> float:
        """What all its processes have used so far."""
        return processor_seconds(self.pid)

    def mebibytes(self) -> float:
        """What all its processes hold together."""
        return mebibytes(self.pid)

    def settle(self) -> None:
        """Wait until it rests: what it was asked last is answered, or given up."""
        deadline = time.monotonic() + SETTLE_SECONDS
        before = self.processor_seconds()
        while time.monotonic() < deadline:
            time.sleep(0.2)
            now = self.processor_seconds()
            if now - before < 0.05:  # a quarter of a core
                return
            before = now

    def stop(self) -> None:
        """Ask it to end, and end whatever of it is still there after a while."""
        family = tree_of(self.pid, all_processes())
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        for process in {*family, *tree_of(self.pid, all_processes())}:
            _end(process)
        self._process.wait()

    def last_words(self) -> str:
        """The end of its log, in one line."""
        return " ".join(self.log.read_text(errors="replace").split())[-300:]


def _end(process: Process) -> None:
    """Kill `process`, unless its id has become another's."""
    now = read_process(process.pid)
    if now is not None and now.started == process.started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def _inherited() -> dict[str, str]:
    """This process's environment; Python compiles once, not at each start."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
