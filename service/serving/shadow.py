"""A version that reads along: whether it reads the same digits is counted.

Nobody waits for it and nobody gets its answer. It has a thread of its own, so that
requests are answered before, and rests for longer than it works. Which version it is
is said by a label; what serves is left to `service.serving.store`.
"""

import atexit
import logging
import threading
import time
from itertools import count

import numpy as np
from numpy.typing import NDArray

from service.counting.counts import Counts
from service.digits import Shown
from service.serving.backlog import Backlog, Read
from service.serving.routing import Share
from service.serving.store import Store

log = logging.getLogger(__name__)

REQUESTS = 256
PICTURES = 4096
"""So many wait at most, in each worker: 13 MB of pixels, or 3 MB of digits."""
BATCH = 64
"""Pictures that it reads at once: for less than a millisecond, in most cases."""
GATHER_SECONDS = 0.1
"""From the first that waits until it begins: many at once cost little, and the
request that brought it is answered by then."""
REST = 3
"""It rests so many times as long as it worked: a quarter of one CPU at most."""
PATIENCE_SECONDS = 5.0


class Shadow:
    """Shows a share of what the default version reads to the one with a label."""

    def __init__(self, store: Store, share: Share, counts: Counts) -> None:
        """The thread starts when first needed: it would not survive a fork."""
        self._store, self._share, self._counts = store, share, counts
        self._backlog = Backlog(REQUESTS, PICTURES)
        self._offers = count(1)
        self._filled, self._ended = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._failing: int | None = None

    def offer(
        self,
        version: int,
        shown: Shown,
        probabilities: NDArray[np.float32],
    ) -> None:
        """Of what it was shown, [n, 784], that version gave [n, 10].

        Never raises, never waits.

        Passed over where it is not the default, or the shadow itself.
        """
        try:
            self._offer(version, shown, probabilities)
        except Exception:  # a request must not fail for what it did not ask for
            log.exception("a request could not be shown to the shadow version")

    def stop(self) -> None:
        """End the thread, once it has read what it has in hand."""
        self._ended.set()
        self._filled.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_SECONDS)
        atexit.unregister(self.stop)

    def _offer(
        self,
        version: int,
        shown: Shown,
        probabilities: NDArray[np.float32],
    ) -> None:
        snapshot = self._store.snapshot
        shadow = snapshot.labels.get(self._share.label, version)
        if version != snapshot.default or version == shadow or not len(shown):
            return
        if not self._is_due():
            return
        if self._backlog.put(Read(shadow, shown, probabilities.argmax(axis=1))):
            self._filled.set()
            self._start()
        else:
            self._count("dropped", 1)

    def _is_due(self) -> bool:
        """Of a hundred in a row as many as percent, evenly."""
        share, number = self._share.percent / 100, next(self._offers)
        return int(number * share) > int((number - 1) * share)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="shadow", daemon=True)
                thread.start()
                self._thread = thread
                # One that runs C++ while Python ends would take the process with it.
                atexit.register(self.stop)

    def _work(self) -> None:
        while not self._ended.is_set():
            self._filled.wait()
            self._filled.clear()
            self._ended.wait(GATHER_SECONDS)
            while not self._ended.is_set() and (read := self._backlog.take(BATCH)):
                began = time.perf_counter()
                self._compare(read)
                self._ended.wait(REST * (time.perf_counter() - began))

    def _compare(self, read: Read) -> None:
        # Asked for here, and let go at the end: the version may come to be dropped.
        proved = self._store.snapshot.models.get(read.shadow)
        if proved is None:
            return
        pictures = len(read.digits)
        try:
            digits = proved.engine.predict(read.shown).argmax(axis=1)
            agree = int((digits == read.digits).sum())
        except Exception:  # an engine's library may raise anything at all
            self._tell_failing(read.shadow)
            self._count(f"{read.shadow}/failed", pictures)
            return
        self._failing = None
        self._count(f"{read.shadow}/agree", agree)
        self._count(f"{read.shadow}/differ", pictures - agree)

    def _tell_failing(self, version: int) -> None:
        """Log it, but not again of each picture that follows."""
        if self._failing != version:
            log.exception("the shadow version %d cannot read pictures", version)
        self._failing = version

    def _count(self, name: str, amount: int) -> None:
        self._counts.board.add(self._counts.row, {f"shadow/{name}": amount})
