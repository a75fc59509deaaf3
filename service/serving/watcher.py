"""A thread that has a worker do its part again and again, whatever happens.

What that part is, is left to `service.serving.uptake`.
"""

import atexit
import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

TICK_SECONDS = 0.05
STARTING_SECONDS = 0.005
TROUBLE_SECONDS = 1.0
"""After something unforeseen, so that the log is not filled with it."""
PATIENCE_SECONDS = 5.0
"""How long a worker that ends waits for a version that is just being proved."""


class Watcher:
    """Calls `tick` until it is stopped; what it raises is logged."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def until(self, done: Callable[[], bool]) -> None:
        """Tick here and now, quickly, until something is done."""
        while not done():
            self._ended.wait(self._after_tick(STARTING_SECONDS))

    def start(self) -> None:
        """Go on in a thread, to the end of the process or until it is stopped."""
        # A thread that runs C++ while Python ends would take the process with it.
        atexit.register(self.stop)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, if it was started, once its tick is over."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_SECONDS)
        atexit.unregister(self.stop)

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._ended.wait(self._after_tick(TICK_SECONDS))

    def _after_tick(self, seconds: float) -> float:
        """Tick; the seconds to wait after it."""
        try:
            self._tick()
        except Exception:  # the versions that serve go on, and so must this
            log.exception("looking after the versions failed, and will be tried again")
            return TROUBLE_SECONDS
        return seconds
