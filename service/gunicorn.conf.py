"""How gunicorn runs the service: `gunicorn -c service/gunicorn.conf.py`.

Each setting that an operator may want to change comes from the environment
(`service.settings.ServerSettings`); the others have their reason beside them.
"""

import logging
import os
import resource
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from service import logs
from service.app import create_app  # once here, so that workers share its memory
from service.counting.statistics import Statistics
from service.engines import preload
from service.errors import SettingsError
from service.memory import settle
from service.serving.loader import prove_before_fork
from service.serving.uptake import Fellows
from service.settings import ServerSettings, Settings
from service.variables import unknown
from service.workers.worker import Worker, count_end

try:
    _settings = Settings.from_env(os.environ)
    _server = ServerSettings.from_env(os.environ)
    if _server.otel:
        from service import tracing

        tracing.check()
except SettingsError as error:
    sys.exit(f"mnist-serve: {error}")

# Called in each worker, after the fork: the threads it starts would not survive one.
wsgi_app = "service.app:create_app()"
bind = _server.address
workers = _server.workers
threads = _server.threads
worker_class = "service.workers.worker.Worker"
# Each has a file number, and so have other things: with none left, nothing goes on.
_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
worker_connections = 1000 if _files < 0 else max(min(1000, _files - 64), threads + 1)

# Longer than a load balancer keeps its end of an idle connection (60 s mostly),
# so that it is never the server that closes just as a request is sent. A new
# connection may be as silent before its first.
keepalive = 75
# Time for requests in flight after SIGTERM; a container's grace must be longer.
graceful_timeout = 30
# Loading TensorFlow takes longer than gunicorn's 30 s on a busy machine.
timeout = 120

control_socket_disable = True
# The heartbeat is a file; on a disk that stalls, workers would be killed for it.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


def on_starting(_: object) -> None:
    """What is set and nothing reads is told of once, before the workers start."""
    for sentence in unknown(os.environ):
        logging.getLogger("service.variables").warning(sentence)


def when_ready(server: Any) -> None:
    """Before the first fork. SIGHUP has the workers look at the models, and no more.

    gunicorn would start new workers, which bring nothing: the settings are those
    of this process's environment, and the code was imported before the fork. The
    old ones would close connections that clients keep.
    """
    server.handle_hup = Worker.generations.ask
    preload(_settings.engine)
    server.proved = prove_before_fork(_settings)
    settle()


def post_fork(server: Any, worker: Worker) -> None:
    """The worker's application counts, and serves, as those of all others do."""
    if _server.otel:  # its threads would not survive the fork either
        tracing.install()
        worker.tracing = tracing.Tracing()
    worker.app.load = lambda: create_app(
        statistics=Statistics(worker.board, worker.row),
        fellows=Fellows(worker.generations, worker.board, worker.row, server.proved),
        traces=worker.tracing,
    )


def worker_exit(_: object, worker: Worker) -> None:
    """What was traced last is sent."""
    if worker.tracing is not None:
        worker.tracing.stop()


def child_exit(_: object, worker: Worker) -> None:
    """The next worker goes on counting where this one stopped; its clients are gone."""
    count_end(worker)
    worker.crowd.leave(worker.row)
    worker.board.free_row(worker.row)
    worker.generations.leave(worker.pid)


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801, gunicorn's name
    """Leaves requests to the application, which knows more of them."""

    def access(self, *_: Any) -> None:
        """Log nothing: `service.api.telling` does."""


logconfig_dict = logs.config(_server.log_level)
