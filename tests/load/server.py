"""A real gunicorn in a process of its own, started and stopped as in production."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A running service: its master process, its log and its address."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def port(self) -> int:
        """The port that the kernel chose, once gunicorn has logged it."""
        found = re.search(r"Listening at: http://[^:]+:(\d+)", self.log.read_text())
        return int(found[1]) if found else 0

    def url(self, path: str) -> str:
        """The address of one of its paths."""
        return f"http://127.0.0.1:{self.port}{path}"

    def worker_pids(self) -> set[int]:
        """The workers that are alive now."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return {int(child) for child in children.split()}

    def joined(self) -> int:
        """How many workers have come to serve since it started."""
        return self.log.read_text().count("serves from generation")

    def is_ready(self) -> bool:
        """Whether it would be sent traffic."""
        try:
            return requests.get(self.url("/readyz"), timeout=5).ok
        except requests.RequestException:
            return False

    def story(self) -> str:
        """Its log without the answered requests."""
        lines = self.log.read_text().splitlines()
        return "\n".join(line for line in lines if '"status":200' not in line)

    def stop(self) -> int:
        """Ask it to stop, as docker does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(models_dir: Path, log: Path, **environ: str) -> Iterator[Server]:
    """A service of which every worker serves, in its own process; gone at the end."""
    variables = {"MNIST_MODELS_DIR": str(models_dir), "HOST": "127.0.0.1", "PORT": "0"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli.serve"],
            cwd=ROOT,
            env={**os.environ, **variables, **environ},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, log)
    try:
        workers = int(environ.get("WORKERS", "1"))
        wait_until(lambda: server.joined() >= workers, "every worker serves")
        wait_until(server.is_ready, "the service is ready")
        yield server
        if process.poll() is None:
            server.stop()
    finally:
        process.kill()
        process.wait()
        print(server.story())  # noqa: T201, shown by pytest for a test that fails


def wait_until(condition: Callable[[], bool], promise: str) -> None:
    """Wait until the condition holds; fail, naming the promise, if it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"still not true: {promise}"
        time.sleep(0.05)
