"""gunicorn's threaded worker, which answers at once what is quick to answer.

In its main thread, from the bytes that came, where the application says that it can
(`service.api.express`), or is asked through WSGI where it says that this is short work:
the hand-over of a request to a thread and of its connection back takes longer than many
an answer. All else waits for a thread, as gunicorn has it; a client that has sent
nothing yet does not, be its connection new or kept.
"""

import socket
import time
from collections.abc import Sequence
from typing import Any, Protocol

from gunicorn.workers.gthread import TConn

from service.counting.marks import QUEUED
from service.workers.http1 import Answer
from service.workers.patient_worker import PatientWorker
from service.workers.sockets import address

MOST_AT_ONCE = 16 * 1024
"""A request of fewer bytes may be answered in the main thread."""
HOUSEKEEPING_SECONDS = 0.1
"""How long gunicorn's own duties may wait, while requests come."""


class AtOnce(Protocol):
    """What an application may have beside it: `service.api.express.Express` is one."""

    @property
    def together(self) -> int:
        """How many requests are answered at a time."""

    def answer(self, received: Sequence[tuple[bytes, str]]) -> Sequence[Answer | None]:
        """The answers to what was received from there; None to have it asked itself."""

    def is_short_work(self, received: bytes) -> bool:
        """Whether it is one whole request that the application answers at once."""


class QuickWorker(PatientWorker):
    """Asks the application for answers at once before it asks it through WSGI.

    For those together whose requests came while it was busy: in a rush, answers cost
    less than at rest.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._express: AtOnce | None = None
        self._readable: list[TConn] = []

    def load_wsgi(self) -> None:
        """The application, and what it may have beside it."""
        super().load_wsgi()
        if self.plain:
            self._express = getattr(self.wsgi, "express", None)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A connection, new or kept, has something to read."""
        if self._express is None:
            super().on_client_socket_readable(conn, client)
        else:
            self._readable.append(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for what comes, and stay with it: the rest can wait a tenth of a second.

        gunicorn reports to its master, and looks for what is overdue and whether it
        may accept, after each.
        """
        self._see_to_what_comes(timeout)
        until = time.monotonic() + HOUSEKEEPING_SECONDS
        while self._may_stay and (left := until - time.monotonic()) > 0:
            self._see_to_what_comes(left)

    @property
    def _may_stay(self) -> bool:
        """Whether gunicorn need not look at once: to end, or to accept no more."""
        return bool(self.alive and self.nr_conns < self.worker_connections)

    def _see_to_what_comes(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(timeout)
        while self._readable and self._express is not None:
            conns = self._readable[: self._express.together]
            del self._readable[: len(conns)]
            # The last answer says that the connection closes: gunicorn sees to that.
            if not self.alive or self.nr + len(conns) >= self.max_requests:
                for conn in conns:
                    self.leave(conn)
            else:
                self._answer(self._express, conns)

    def _answer(self, express: AtOnce, conns: Sequence[TConn]) -> None:
        """Answer what came on each, or leave it to a thread."""
        came = [_received(conn) for conn in conns]
        short_work = []
        for conn, received, answer in zip(
            conns, came, self._answers(express, conns, came), strict=True
        ):
            if isinstance(answer, Answer):
                self.nr += 1
                self.send(conn, answer)
            elif received == b"":
                self.drop(conn)
            else:
                conn.parser.unreader.unread(received or b"")
                if answer:
                    short_work.append(conn)
                else:
                    self.leave(conn)
        for conn in short_work:  # it takes longer than what was sent by now
            self._ask_here(conn)

    def _answers(
        self, express: AtOnce, conns: Sequence[TConn], came: Sequence[bytes | None]
    ) -> Sequence[Answer | bool]:
        """For each its answer, or whether to make it is short work."""
        # What fills that is no whole request: more of it is to come.
        whole = [each if each and len(each) < MOST_AT_ONCE else b"" for each in came]
        if not any(whole):
            return [False] * len(conns)
        peers = [address(conn.client) for conn in conns]
        try:
            answers = express.answer(list(zip(whole, peers, strict=True)))
            return [
                express.is_short_work(received) if answer is None else answer
                for received, answer in zip(whole, answers, strict=True)
            ]
        except Exception:  # it would end the worker, and all its connections
            self.log.exception("failed to answer at once; threads are asked instead")
            return [False] * len(conns)

    def _ask_here(self, conn: TConn) -> None:
        """Have the application answer the request that came whole."""
        QUEUED.set(0)
        try:
            answer = self.ask(next(conn.parser), conn)
        except Exception as error:  # so would this
            self.handle_error(None, conn.sock, conn.client, error)
            answer = Answer(b"", kept=False)
        self.send(conn, answer)


def _received(conn: TConn) -> bytes | None:
    """What came, nothing at the end; None where it failed, as a thread will find."""
    try:
        return bytes(conn.sock.recv(MOST_AT_ONCE))
    except OSError:
        return None
