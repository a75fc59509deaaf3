"""When to ask again, and how long to wait before.

`urllib3.Retry` would ask a second time at once, ask again after a 413, and has no
end in time; so only the connections and the reading of Retry-After are urllib3's.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from time import sleep as pause

from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import (
    ClosedPoolError,
    HTTPError,
    InvalidHeader,
    ProtocolError,
    SSLError,
)

RETRIED = frozenset({429, 502, 503})
"""Too busy, a proxy whose service is just starting, and not ready."""

FIRST_WAIT = 0.25
LONGEST_WAIT = 8.0
"""Seconds between tries where the service does not say."""


@dataclass(frozen=True)
class Outcome:
    """How the last of `tries` ended: with a response, or with an error."""

    tries: int
    response: BaseHTTPResponse | None
    error: HTTPError | None


@dataclass(frozen=True)
class Patience:
    """How often and for how long to go on asking.

    `retries`: how many times more after the first. `seconds`: no try begins later
    than that after the first did, whatever Retry-After asks for.
    """

    retries: int
    seconds: float

    def ask(self, send: Callable[[], BaseHTTPResponse]) -> Outcome:
        """Call `send` until it brings an answer that is worth no other try.

        Asks again after a status in RETRIED and after a connection that failed,
        though not for a certificate: to ask twice changes nothing in the service.
        """
        deadline = monotonic() + self.seconds
        outcome = _try(send, 1)
        while _is_passing(outcome) and outcome.tries <= self.retries:
            wait = _wait(outcome)
            if monotonic() + wait > deadline:
                break
            pause(wait)
            outcome = _try(send, outcome.tries + 1)
        return outcome


def _try(send: Callable[[], BaseHTTPResponse], tries: int) -> Outcome:
    try:
        return Outcome(tries, send(), None)
    except HTTPError as error:
        return Outcome(tries, None, error)


def _is_passing(outcome: Outcome) -> bool:
    """Whether it may end otherwise the next time."""
    if outcome.response is None:
        return not isinstance(outcome.error, (SSLError, ClosedPoolError))
    return outcome.response.status in RETRIED


def _wait(outcome: Outcome) -> float:
    """Seconds: what the service asks for, else twice as long each time, with jitter.

    None after the first connection that breaks: it may have been kept for too long.
    """
    if outcome.tries == 1 and isinstance(outcome.error, ProtocolError):
        return 0.0
    asked = None if outcome.response is None else _retry_after(outcome.response)
    if asked is not None:
        return asked
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(outcome.tries - 1, 30))
    return random.uniform(longest / 2, longest)  # noqa: S311, keeps no secret


def _retry_after(response: BaseHTTPResponse) -> float | None:
    """Seconds until what Retry-After says, a number or a date; None without sense."""
    try:
        return Retry().get_retry_after(response)
    except (InvalidHeader, ValueError, OverflowError):
        return None
