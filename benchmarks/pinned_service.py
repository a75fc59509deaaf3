"""A real gunicorn with one worker for each of some cores, which run nowhere else.

What it is asked is left to the benchmarks. Linux only.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

PORT = 8472
PATIENCE_SECONDS = 60


class PinnedService:
    """Starts when entered, and stops when left.

    This process keeps off its `cores` meanwhile, where there are others.
    """

    def __init__(self, cores: frozenset[int]) -> None:
        self.cores = cores
        self.address = ("127.0.0.1", PORT)
        self._all = os.sched_getaffinity(0)

    def __enter__(self) -> Self:
        environ = {
            "WORKERS": str(len(self.cores)),
            "PORT": str(PORT),
            "MNIST_LOG_LEVEL": "warning",
        }
        os.sched_setaffinity(0, self.cores)  # what is started stays there
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service.cli.serve"],
            env={**os.environ, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.sched_setaffinity(0, self._all - self.cores or self._all)
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        os.sched_setaffinity(0, self._all)

    def processor_seconds(self) -> float:
        """What the workers have used of their processors so far."""
        pid = self._process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        threads = [t for pid in workers for t in Path(f"/proc/{pid}/task").iterdir()]
        return sum(_nanoseconds(thread) for thread in threads) / 1e9

    def _wait_until_ready(self) -> None:
        host, port = self.address
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _is_ready(f"http://{host}:{port}/readyz"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self._process.kill()
                raise SystemExit(f"the service did not start on port {port}")
            time.sleep(0.05)


def _nanoseconds(thread: Path) -> int:
    """What a thread has run, which the kernel counts exactly."""
    return int((thread / "schedstat").read_text().split()[0])


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310, our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
