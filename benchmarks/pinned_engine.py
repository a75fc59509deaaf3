"""The LiteRT engine alone, once on each of some cores, in processes of their own."""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from service.artifact import version_numbers
from service.digits import to_pixels
from service.engines import Engine
from service.serving.proof import prove

MODEL = Path(__file__).parents[1] / "models/mnist"


class PinnedEngine:
    """Starts when entered: one thread in one process for each of `cores`."""

    def __init__(self, cores: frozenset[int], digits: NDArray[np.uint8]) -> None:
        """Of `digits`, uint8 [n, 784], it is asked again and again."""
        self._cores, self._digits = cores, digits

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._processes = [
                stack.enter_context(_process(core, self._digits))
                for core in self._cores
            ]
            self.ask(1)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def ask(self, calls: int) -> float:
        """Every process asks `calls` times, all at once; the processor seconds."""
        asked = [process.submit(_ask, calls) for process in self._processes]
        return sum(each.result() for each in asked)


def _process(core: int, digits: NDArray[np.uint8]) -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(
        1, mp_context=spawn, initializer=_begin, initargs=(core, digits)
    )


class _Asked:
    """What a process asks, of which engine."""

    engine: Engine
    pixels: NDArray[np.float32]


def _begin(core: int, digits: NDArray[np.uint8]) -> None:
    os.sched_setaffinity(0, {core})
    newest = max(version_numbers(MODEL.parent, MODEL.name))
    _Asked.engine = prove(MODEL / str(newest), "litert").engine
    # Made here: where an unpickled array lies, it is slow to be copied from.
    _Asked.pixels = to_pixels(digits)


def _ask(calls: int) -> float:
    began = time.process_time()
    for _ in range(calls):
        _Asked.engine.predict(_Asked.pixels)
    return time.process_time() - began
