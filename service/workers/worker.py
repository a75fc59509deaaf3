"""gunicorn's threaded worker, with time limits on receiving and a full drain.

gunicorn reads a request's head and body from a blocking socket, so a client
that falls silent would hold a thread for ever; and on stopping it drops the
connections that the kernel has accepted but Python has not.
"""

import os
import socket
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import TConn

from service.counting.board import Board
from service.counting.counts import Counts
from service.counting.marks import QUEUED
from service.counting.metrics import WORKER_ENDS, WORKER_STARTS, Metric
from service.serving.generations import Generations
from service.settings import ServerSettings
from service.workers.long_body import in_one_piece
from service.workers.quick_worker import QuickWorker
from service.workers.sockets import shut, silence

if TYPE_CHECKING:  # OpenTelemetry is loaded only where it was asked for
    from service.tracing import Tracing

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

SILENT_SECONDS = 5.0
"""How long a client may fall silent in the middle of a request."""
SENDING_SECONDS = 10
"""How long, past the time for receiving, an answer may take to be read."""

_STOPPED_EARLY = "408"
"""The status of a body of which gunicorn cannot tell that the rest did not come."""
_STOPPED = "stopped"
"""Under which a worker writes, in its row, that it ends as it was told to."""


class Worker(QuickWorker):
    """Answers at once, or from a pool of threads that no client can hold for long.

    `row` is where it counts on the `board` that all workers share, as they do the
    `generations` of what they serve. `tracing` is there after the fork, and only
    where it was asked for.
    """

    tracing: "Tracing | None" = None

    # Here, since gunicorn may read its configuration more than once.
    board = Board()
    generations = Generations()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = self.board.take_row()  # before the fork: the master knows who has it
        _count(self, WORKER_STARTS)
        for how in ("asked", "unasked"):  # told from the start, so that 1 is a rise
            _count(self, WORKER_ENDS, how, by=0)
        self._waiting: dict[TConn, int] = {}
        self._started: dict[TConn, float] = {}
        self._limit = ServerSettings.from_env(os.environ).receive_seconds

    def load_wsgi(self) -> None:
        """The application, which says so where it leaves a body unread."""
        super().load_wsgi()
        self.wsgi: Application = _closing_if_unread(self.wsgi)

    def enqueue_req(self, conn: TConn) -> None:
        """Let a request wait for a thread, in the main thread."""
        self._waiting[conn] = time.perf_counter_ns()
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Answer one request, in a thread of the pool, under the time limit."""
        QUEUED.set(time.perf_counter_ns() - self._waiting.pop(conn))
        self._started[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self._started[conn]

    def run(self) -> None:
        """Answer until told to stop; what ends otherwise does not say so."""
        super().run()
        self.board.put(self.row, _STOPPED, 1)

    def murder_pending(self) -> None:
        """Once a second or so, in the main thread: end what takes too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, started in list(self._started.items()):
            if now - started > self._limit + SENDING_SECONDS:
                shut(conn.sock, socket.SHUT_RDWR)
            elif now - started > self._limit or (
                now - started > SILENT_SECONDS and silence(conn.sock) > SILENT_SECONDS
            ):
                # The blocked read returns as if the client had hung up, and
                # the answer, a 408, can still be sent.
                shut(conn.sock, socket.SHUT_RD)

    def set_accept_enabled(self, enabled: bool) -> None:
        """A stopping worker first accepts what waits, then lets no more queue."""
        stopping = not enabled and not self.alive
        if stopping and self._accepting:
            for listener in self.sockets:
                self.take_up_to(self.worker_connections - self.nr_conns, listener)
        super().set_accept_enabled(enabled)
        if stopping:
            for listener in self.sockets:
                listener.close()


def count_end(worker: Worker) -> None:
    """Count in the master that a worker ended, and whether it was asked to."""
    asked = worker.board.get(worker.row, _STOPPED)
    worker.board.put(worker.row, _STOPPED, 0)
    _count(worker, WORKER_ENDS, "asked" if asked else "unasked")


def _count(worker: Worker, metric: Metric, *labels: str, by: int = 1) -> None:
    Counts(worker.board, worker.row).count(metric, labels, by)


def _closing_if_unread(app: Application) -> Application:
    """`app`; where it answers before it has read a whole body, the answer says close.

    gunicorn closes such a connection, but would promise to keep it. The body is what
    `service.workers.long_body` makes of gunicorn's.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"]

        def start(*arguments: Any) -> Any:
            if _unread(body) or str(arguments[0]).startswith(_STOPPED_EARLY):
                start_response.__self__.force_close()  # of gunicorn's Response
            return start_response(*arguments)

        environ["wsgi.input"] = in_one_piece(body)
        return app(environ, start)

    return answer


def _unread(body: Any) -> bool:
    """Whether bytes of gunicorn's `body` may still come: counted, or in chunks."""
    reader = body.reader
    return (
        getattr(reader, "length", 0) > 0 or getattr(reader, "parser", None) is not None
    )
