"""A real gunicorn with one worker, on a core that this process keeps off.

What it is asked is left to the benchmarks. Linux only.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

PORT = 8472
PATIENCE_SECONDS = 60
_TICKS = os.sysconf("SC_CLK_TCK")


class PinnedService:
    """Starts when entered, and stops when left; `core` is its own meanwhile."""

    def __init__(self) -> None:
        self._cores = os.sched_getaffinity(0)
        if len(self._cores) < 2:
            raise SystemExit("one core only, expected two: one is the service's own")
        self.core = max(self._cores)
        self.address = ("127.0.0.1", PORT)

    def __enter__(self) -> Self:
        environ = {"WORKERS": "1", "PORT": str(PORT), "MNIST_LOG_LEVEL": "warning"}
        with core_alone(self.core):  # what is started stays there
            self._process = subprocess.Popen(
                [sys.executable, "-m", "service.cli.serve"],
                env={**os.environ, **environ},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        os.sched_setaffinity(0, self._cores - {self.core})
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        os.sched_setaffinity(0, self._cores)

    def processor_seconds(self) -> float:
        """What the worker has used of its processor so far, in hundredths mostly."""
        pid = self._process.pid
        [worker] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _wait_until_ready(self) -> None:
        host, port = self.address
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _is_ready(f"http://{host}:{port}/readyz"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self._process.kill()
                raise SystemExit(f"the service did not start on port {port}")
            time.sleep(0.05)


@contextmanager
def core_alone(core: int) -> Iterator[None]:
    """This thread on `core` and no other, until the block is left."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310, our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
