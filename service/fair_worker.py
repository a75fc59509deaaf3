"""gunicorn's threaded worker, which leaves new connections to workers that hold fewer.

All workers listen on the same socket, and whichever is awake accepts. Most clients
keep their connection, and it stays where it is: one worker may come by all of them,
and be late with its answers while another has nothing to do. What is answered, and
how, is left to others.
"""

import math
import selectors
import socket
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from service.crowd import Crowd
from service.sockets import waiting

PATIENCE_SECONDS = 0.002
"""How long it leaves connections to the others: what they do not take by then, it does.

One that is busy, hangs, or has just died, keeps no client waiting for longer.
"""


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Takes no more connections than make it even with the others of the `crowd`.

    `row` is where it tells them how many it holds.
    """

    row: int

    # Here, since gunicorn may read its configuration more than once.
    crowd = Crowd()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._back_at = 0.0  # 0 while it looks at its listeners

    def accept(self, listener: socket.socket) -> None:
        """Take of the connections that wait its share, or leave them for a moment."""
        if self._back_at:
            return  # another listener had some too
        share = self._share(listener)
        if share <= 0:
            self._stand_back()
        for _ in range(share):
            before = self.nr_conns
            self.take(listener)
            self._tell()
            if not before < self.nr_conns < self.worker_connections:
                return

    def take(self, listener: socket.socket) -> None:
        """Accept one connection, if any waits."""
        super().accept(listener)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for what comes, or until it is time to look at the listeners again."""
        self._tell()
        if self._back_at:
            timeout = min(timeout, max(self._back_at - time.monotonic(), 0))
        super().wait_for_and_dispatch_events(timeout)
        if self._back_at and time.monotonic() >= self._back_at:
            self._come_back()
            for listener in self.sockets:
                self.take(listener)

    def set_accept_enabled(self, enabled: bool) -> None:
        """To accept, or not, for gunicorn's reasons, which know nothing of others."""
        self._come_back()
        super().set_accept_enabled(enabled)
        self._tell()

    def _tell(self) -> None:
        if self.alive:
            self.crowd.tell(self.row, self.nr_conns)
        else:
            self.crowd.leave(self.row)

    def _share(self, listener: socket.socket) -> int:
        """How many of those that wait would make it even; 0 or less where none."""
        others = self.crowd.others(self.row)
        if not others:
            return 1
        held: int = self.nr_conns
        clients = held + sum(others) + max(waiting(listener), 1)
        return math.ceil(clients / (len(others) + 1)) - held

    def _stand_back(self) -> None:
        """Look at no listener until later: each that has some would wake it at once."""
        self._back_at = time.monotonic() + PATIENCE_SECONDS
        for listener in self.sockets:
            self.poller.unregister(listener)

    def _come_back(self) -> None:
        if self._back_at:
            self._back_at = 0.0
            for listener in self.sockets:
                self.poller.register(listener, selectors.EVENT_READ, self.accept)
