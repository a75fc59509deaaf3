"""Clients that keep asking, each on one kept-alive connection, and keep the score."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

CLIENTS = 4


@dataclass
class Score:
    """What the clients saw: right answers, and everything else in words."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def asking(port: int, picture: bytes, digit: int) -> Iterator[Score]:
    """Four clients post `picture` without pause until the block is left.

    A connection that is refused, because nothing listens any more, is counted
    apart: nobody accepted that request. The service may close a connection
    after an answer; a request that gets no answer counts as wrong.
    """
    score, stop = Score(), threading.Event()
    threads = [
        threading.Thread(target=_ask, args=(port, picture, digit, score, stop))
        for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield score
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _ask(
    port: int, picture: bytes, digit: int, score: Score, stop: threading.Event
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        while not stop.is_set():
            try:
                seen = _post(client, picture, digit)
            except ConnectionRefusedError:
                with score.lock:
                    score.refused += 1
                return
            with score.lock:
                score.right += seen is None
                score.wrong += [seen] if seen else []


def _post(client: http.client.HTTPConnection, picture: bytes, digit: int) -> str | None:
    """None for the right answer, else what came instead of it."""
    try:
        client.request("POST", "/v1/classify", picture, {"Content-Type": "image/png"})
        response = client.getresponse()
        body = response.read()
    except ConnectionRefusedError:
        raise
    except (OSError, http.client.HTTPException) as error:
        client.close()
        return repr(error)
    right = response.status == 200 and _digit(body) == digit
    return None if right else f"{response.status} {body[:200]!r}"


def _digit(body: bytes) -> int:
    return int(json.loads(body)["predictions"][0]["digit"])
