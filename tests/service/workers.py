"""A worker without its process: its turns are taken by the test."""

import selectors
from collections.abc import Iterator
from contextlib import contextmanager

from gunicorn.config import Config
from gunicorn.glogging import Logger

from service.workers.worker import Worker


@contextmanager
def working() -> Iterator[Worker]:
    """One with its threads and its poller, but without an application."""
    config = Config()
    worker = Worker(1, 1, [], None, 30, config, Logger(config))
    worker.tpool, worker.poller = worker.get_thread_pool(), selectors.DefaultSelector()
    queue = worker.method_queue
    queue.init()
    worker.poller.register(queue.fileno(), selectors.EVENT_READ, queue.run_callbacks)
    try:
        yield worker
    finally:
        worker.tpool.shutdown()
        for conn in worker.keepalived_conns:
            conn.close()
        worker.poller.close()
        queue.close()
        worker.tmp.close()
