"""gunicorn's threaded worker, which answers at once what is quick to answer.

In its main thread, from the bytes that came, where the application says that it can
(`service.api.express`): the hand-over of a request to a thread and of its connection
back takes longer than many an answer. All else waits for a thread, as gunicorn has it;
a client that has sent nothing yet does not, be its connection new or kept.
"""

import selectors
import socket
import time
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from gunicorn.workers.gthread import TConn

from service.fair_worker import FairWorker
from service.http1 import Answer
from service.sockets import address, linger, send_all, send_now

MOST_AT_ONCE = 64 * 1024
"""Bytes of a request that may be answered in the main thread."""
HOUSEKEEPING_SECONDS = 0.1


class AtOnce(Protocol):
    """What an application may have beside it: `service.api.express.Express` is one."""

    def answer(self, received: bytes, client: str) -> Answer | None:
        """The answer to what was received from there; None to have it asked itself."""


class QuickWorker(FairWorker):
    """Asks the application for an answer at once before it asks it through WSGI."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._express: AtOnce | None = None
        self._unsent: dict[TConn, Answer] = {}

    def load_wsgi(self) -> None:
        """The application, and what it may have beside it."""
        super().load_wsgi()
        cfg = self.cfg
        plain = cfg.proxy_protocol == "off" and cfg.http2_cleartext == "off"
        if plain and not cfg.is_ssl:
            self._express = getattr(self.wsgi, "express", None)

    def take(self, listener: socket.socket) -> None:
        """Accept a connection, and have no thread wait for its first request.

        It is as one that is kept: silent for no longer than `keepalive` allows.
        """
        if self._express is None:
            super().take(listener)
            return
        try:
            client, peer = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # nobody waits any more
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, client, peer, listener.getsockname())
        conn.init()
        client.setblocking(False)
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        readable = partial(self.on_client_socket_readable, conn)
        self.poller.register(client, selectors.EVENT_READ, readable)

    def handle(self, conn: TConn) -> Any:
        """In a thread of the pool: a request, or what is left to send of an answer.

        Where the connection ends, what the client still sends is waited for here:
        gunicorn would in the main thread, for two seconds.
        """
        rest = self._unsent.pop(conn, None)
        if rest is None:
            kept = super().handle(conn)
        else:
            kept = send_all(conn.sock, rest.sent) and rest.kept
        if not kept and not self.cfg.is_ssl:
            linger(conn.sock)
        return kept

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A connection, new or kept, has something to read."""
        express = self._express
        # The last answer says that the connection closes: gunicorn sees to that.
        last = not self.alive or self.nr + 1 >= self.max_requests
        if express is None or last or not self._answer_at_once(conn, client, express):
            super().on_client_socket_readable(conn, client)

    def _answer_at_once(
        self, conn: TConn, client: socket.socket, express: AtOnce
    ) -> bool:
        """Whether the request was answered here; else it is a thread's to go on."""
        try:
            received = client.recv(MOST_AT_ONCE)
        except OSError:
            return False  # a thread will find the same
        if not received:
            self._drop(conn, client)
            return True
        answer = self._answer(express, received, conn)
        if answer is None:
            conn.parser.unreader.unread(received)
            return False
        self.nr += 1
        sent = send_now(client, answer.sent)
        if sent < len(answer.sent) or not answer.kept:
            self._unsent[conn] = replace(answer, sent=answer.sent[sent:])
            return False
        conn.set_timeout()
        self.keepalived_conns.remove(conn)
        self.keepalived_conns.append(conn)  # they stand in the order of their timeouts
        return True

    def _drop(self, conn: TConn, client: socket.socket) -> None:
        """Its client has hung up, and is owed no answer."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()

    def _answer(self, express: AtOnce, received: bytes, conn: TConn) -> Answer | None:
        try:
            return express.answer(received, address(conn.client))
        except Exception:  # it would end the worker, and all its connections
            self.log.exception("failed to answer at once; a thread is asked instead")
            return None

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for what comes, and stay with it: the rest can wait a tenth of a second.

        gunicorn reports to its master, and looks for what is overdue and whether it
        may accept, after each.
        """
        super().wait_for_and_dispatch_events(timeout)
        until = time.monotonic() + HOUSEKEEPING_SECONDS
        while self._has_room and (left := until - time.monotonic()) > 0:
            super().wait_for_and_dispatch_events(left)

    @property
    def _has_room(self) -> bool:
        """Whether gunicorn need not look at once: to end, or to accept no more."""
        return bool(self.alive and self.nr_conns < self.worker_connections)
