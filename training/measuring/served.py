"""The real service in a process of its own, asked over HTTP about one version.

Starts `mnist-serve` as an operator would, with its defaults, one worker and
nothing of the caller's settings. What it is asked, and how its answers are
judged, is left to others.
"""

import http.client
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.artifact import read_manifest
from service.errors import ArtifactError
from training.errors import ProofError, UsageError

BATCH = 512
"""Digits in one request; the service allows 1,024."""
UNREAD = -1
"""Stands for a picture that the service refused, where a digit would stand."""
START_SECONDS = 120.0
_ANSWER_SECONDS = 120.0
_STOP_SECONDS = 40.0  # the service drains for 30 s at most
_OWN = ("HOST", "PORT", "WORKERS", "THREADS", "GUNICORN_CMD_ARGS")


@dataclass(frozen=True)
class Client:
    """Asks the service on `port`; every method raises ProofError if it fails."""

    port: int

    def read_digits(
        self, digits: NDArray[np.uint8], seen: Callable[[int], None] = lambda _: None
    ) -> NDArray[np.int64]:
        """What it reads in `digits`, uint8 [n, 28, 28]: 0..9 or UNREAD, int64 [n].

        Sent as x-npy, preprocess=auto; `seen` is told how many were answered.
        """
        answers: list[int] = []
        for start in range(0, len(digits), BATCH):
            file = io.BytesIO()
            np.save(file, np.ascontiguousarray(digits[start : start + BATCH]))
            answers += self._classify(file.getvalue(), "application/x-npy")
            seen(len(answers))
        return np.array(answers, np.int64)

    def read_picture(self, encoded: bytes, media_type: str) -> int:
        """The digit 0..9 that it reads in an encoded picture, or UNREAD."""
        return self._classify(encoded, media_type)[0]

    def _classify(self, body: bytes, media_type: str) -> list[int]:
        status, answer = self._post(body, media_type)
        if status == 422:  # a single picture, which is blank or cannot be read
            return [UNREAD]
        if status != 200:
            raise ProofError(f"the service answered {status}: {answer[:300]!r}")
        predictions: list[Mapping[str, Any]] = json.loads(answer)["predictions"]
        return [int(one.get("digit", UNREAD)) for one in predictions]

    def _post(self, body: bytes, media_type: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=_ANSWER_SECONDS
        )
        headers = {"Content-Type": media_type, "Connection": "close"}
        try:
            connection.request("POST", "/v1/classify?preprocess=auto", body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ProofError(f"the service stopped answering: {error!r}") from error
        finally:
            connection.close()


@contextmanager
def serving(version: Path) -> Iterator[Client]:
    """The service over exactly the version in that folder; ended in any case.

    Raises UsageError where there is no version, ProofError with the service's
    own words where it does not get ready.
    """
    try:
        manifest = read_manifest(version)
    except ArtifactError as error:
        raise UsageError(f"{version} is no published version: {error}") from error
    with tempfile.TemporaryDirectory(prefix="mnist-measure-") as scratch:
        home = Path(scratch) / "models" / manifest.name
        home.mkdir(parents=True)
        (home / str(manifest.version)).symlink_to(version.resolve())
        with _process(home, Path(scratch) / "log") as (process, log):
            yield Client(_ready_port(process, log))


@contextmanager
def _process(home: Path, log: Path) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli.serve"],
            env=_environ(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, log
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environ(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MNIST_") and name not in _OWN
    }
    own = {"MNIST_MODELS_DIR": str(home.parent), "MNIST_MODEL": home.name}
    return kept | own | {"HOST": "127.0.0.1", "PORT": "0", "WORKERS": "1"}


def _ready_port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """The port that the kernel gave it, once it would be sent traffic."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        said = log.read_text(errors="replace")
        found = re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", said)
        status, answer = _ask_ready(int(found[1])) if found else (0, "")
        if status == 200 and found:
            return int(found[1])
        if status == 503:
            raise ProofError(f"the service does not serve the version: {answer}")
        time.sleep(0.05)
    said = " ".join(log.read_text(errors="replace").split())[-600:]
    raise ProofError(f"the service did not start; its log ends: {said or 'empty'}")


def _ask_ready(port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
