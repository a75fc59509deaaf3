"""Clients that keep asking on kept-alive connections, and note when they got what.

Whether an answer is what that network says of the picture, they know; in which
order versions may come, is left to the test.
"""

import http.client
import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASSIFYING, PREDICTING = 4, 2
EVEN, ODD = 0, -1
"""What is seen of an answer that tells no version: which network gave it."""


@dataclass(frozen=True)
class Seen:
    """One answer: when it was asked for and when it was there, and from whom.

    Times are seconds of one clock; `problem` is what was wrong with it, in words.
    """

    start: float
    end: float
    version: int
    problem: str = ""

    def by(self, version: int) -> bool:
        """Whether that version gave it, as far as can be told."""
        return self.version in (version, ODD if version % 2 else EVEN)


@dataclass(frozen=True)
class Network:
    """What a network says of the picture, its own softmax and calibrated: [10]."""

    softmax: NDArray[np.float32]
    probabilities: NDArray[np.float32]


@dataclass
class Witnesses:
    """Ask about `picture`, of which version n says what `networks[n % 2]` does."""

    port: int
    picture: bytes
    networks: Mapping[int, Network]
    answers: list[Seen] = field(default_factory=list)

    @contextmanager
    def asking(self) -> Iterator["Witnesses"]:
        """Ask without pause until the block is left."""
        stop = threading.Event()
        asks = [self._classify] * CLASSIFYING + [self._predict] * PREDICTING
        threads = [threading.Thread(target=self._ask, args=(a, stop)) for a in asks]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _ask(
        self,
        ask: Callable[[http.client.HTTPConnection], int],
        stop: threading.Event,
    ) -> None:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(client):
            while not stop.is_set():
                start, version, problem = time.monotonic(), 0, ""
                try:
                    version = ask(client)
                except (OSError, http.client.HTTPException, AssertionError) as error:
                    client.close()
                    problem = repr(error)
                seen = Seen(start, time.monotonic(), version, problem)
                self.answers.append(seen)

    def _classify(self, client: http.client.HTTPConnection) -> int:
        answer = _post(client, "/v1/classify", self.picture, "image/png")
        version: int = answer["version"]
        said = answer["predictions"][0]["probabilities"]
        expected = self.networks[version % 2].probabilities
        assert np.allclose(said, expected, atol=1e-4), f"{version} never said {said}"
        return version

    def _predict(self, client: http.client.HTTPConnection) -> int:
        encoded = b64encode(self.picture).decode()
        body = json.dumps({"instances": [{"b64": encoded}]}).encode()
        answer = _post(client, "/v1/models/mnist:predict", body, "application/json")
        said = answer["predictions"][0]
        if np.allclose(said, self.networks[0].softmax, atol=1e-4):
            return EVEN
        assert np.allclose(said, self.networks[1].softmax, atol=1e-4), said
        return ODD


def _post(
    client: http.client.HTTPConnection, path: str, body: bytes, kind: str
) -> dict[str, Any]:
    client.request("POST", path, body, {"Content-Type": kind})
    response = client.getresponse()
    read = response.read()
    assert response.status == 200, f"{response.status} {read[:300]!r}"
    document: dict[str, Any] = json.loads(read)
    return document
