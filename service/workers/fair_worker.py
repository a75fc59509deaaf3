"""gunicorn's threaded worker, which leaves new connections to workers that hold fewer.

All workers listen on the same socket, and whichever is awake accepts. Most clients
keep their connection, and it stays where it is: one worker may come by all of them,
and be late with its answers while another has nothing to do. What is answered, and
how, is left to others.
"""

import errno
import math
import selectors
import socket
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from service.workers.crowd import Crowd
from service.workers.sockets import waiting

PATIENCE_SECONDS = 0.002
"""How long it leaves connections to the others, before it takes one itself, then two,
then four: where another hangs, or has just died, some hundred wait for hundredths."""

_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
"""Why the system has no socket for one more, for now."""


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Takes no more connections than make it even with the others of the `crowd`.

    Unless those leave them waiting. `row` is where it tells how many it holds.
    """

    row: int

    # Here, since gunicorn may read its configuration more than once.
    crowd = Crowd()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._back_at = 0.0  # 0 while it looks at its listeners
        self._left = 1  # how many it takes of those that were left to others

    def accept(self, listener: socket.socket) -> None:
        """Take of the connections that wait its share, or leave them for a moment."""
        if self._back_at:
            return  # another listener had some too
        share = self._share(listener)
        if share > 0:
            self._left = 1
            self.take_up_to(share, listener)
        else:
            self._stand_back()

    def take(self, listener: socket.socket) -> None:
        """Accept one connection, if any waits and the system has a socket for it."""
        try:
            self.accept_one(listener)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._stand_back()
        self._tell()

    def take_up_to(self, most: int, listener: socket.socket) -> None:
        """Take so many of those that wait, while there are some and it may."""
        for _ in range(most):
            before = self.nr_conns
            self.take(listener)
            if not before < self.nr_conns < self.worker_connections:
                return

    def accept_one(self, listener: socket.socket) -> None:
        """Accept one, if any waits."""
        super().accept(listener)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for what comes, or until it is time to look at the listeners again."""
        self._tell()
        if self._back_at:
            timeout = min(timeout, max(self._back_at - time.monotonic(), 0))
        super().wait_for_and_dispatch_events(timeout)
        if self._back_at and time.monotonic() >= self._back_at:
            self._come_back()
            self._take_what_was_left()

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

    def _take_what_was_left(self) -> None:
        before = self.nr_conns
        for listener in self.sockets:
            self.take_up_to(self._left, listener)
        self._left = self._left * 2 if self.nr_conns > before else 1

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
        if self._back_at:
            return
        self._back_at = time.monotonic() + PATIENCE_SECONDS
        for listener in self.sockets:
            self.poller.unregister(listener)

    def _come_back(self) -> None:
        if self._back_at:
            self._back_at = 0.0
            for listener in self.sockets:
                self.poller.register(listener, selectors.EVENT_READ, self.accept)
