"""gunicorn's threaded worker, in which no thread waits for a client without need.

New connections wait for their first request in the poller, as kept ones do for their
next; an answer goes out when it is whole, in one piece. What is answered, and how, is
left to others.
"""

import selectors
import socket
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

from gunicorn.workers.gthread import TConn

from service.workers.fair_worker import FairWorker
from service.workers.http1 import Answer
from service.workers.plain_request import PlainRequest
from service.workers.sockets import linger, send_all, send_now


class PatientWorker(FairWorker):
    """Reads and writes without waiting where it can, else in a thread of the pool."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unsent: dict[TConn, Answer] = {}

    @property
    def plain(self) -> bool:
        """Whether the first bytes of a connection can only be those of HTTP/1."""
        others = (self.cfg.proxy_protocol, self.cfg.http2_cleartext)
        return not self.cfg.is_ssl and others == ("off", "off")

    def accept_one(self, listener: socket.socket) -> None:
        """Accept one, if any waits, and have no thread wait for its first request.

        It is as one that is kept: silent for no longer than `keepalive` allows.
        """
        if not self.plain:
            super().accept_one(listener)
            return
        try:
            client, peer = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # nobody waits any more
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, client, peer, listener.getsockname())
        conn.init()
        conn.parser.mesg_class = PlainRequest
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

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """Have the application answer; whether the connection is kept."""
        # The client of another may wait for 100 Continue before it sends the body.
        if not getattr(req, "plain", False):
            return bool(super().handle_request(req, conn))
        answer = self.ask(req, conn)
        return send_all(conn.sock, answer.sent) and answer.kept

    def ask(self, req: PlainRequest, conn: TConn) -> Answer:
        """The application's answer, of which nothing is sent yet."""
        pieces = _Pieces()
        instead = SimpleNamespace(sock=pieces, client=conn.client, server=conn.server)
        kept = super().handle_request(req, instead)
        return Answer(b"".join(pieces), kept)

    def send(self, conn: TConn, answer: Answer) -> None:
        """Send it now; what the client does not take, or the end, is a thread's."""
        sent = send_now(conn.sock, answer.sent)
        if sent < len(answer.sent) or not answer.kept:
            self._unsent[conn] = replace(answer, sent=answer.sent[sent:])
            self.leave(conn)
            return
        conn.set_timeout()
        self.keepalived_conns.remove(conn)
        self.keepalived_conns.append(conn)  # they stand in the order of their timeouts

    def leave(self, conn: TConn) -> None:
        """Have a thread go on with a connection that waits in the poller."""
        super().on_client_socket_readable(conn, conn.sock)

    def drop(self, conn: TConn) -> None:
        """End one that waits there: its client has hung up, and is owed no answer."""
        self.poller.unregister(conn.sock)
        self.keepalived_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()


class _Pieces(list[bytes]):
    """What gunicorn takes for a socket: head and body, which it sends one by one."""

    sendall = list.append
