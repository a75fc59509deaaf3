"""The same work on every CPU, in forks of this process, the results in order.

What was loaded before is shared with the forks, not loaded again.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from service.cpus import available_cpus

Task = TypeVar("Task")
Result = TypeVar("Result")

_work: Callable[[Any], Any]
"""What a fork was made to do, set in it alone: a fork inherits what pickle cannot."""


def map_forked(
    work: Callable[[Task], Result], tasks: Sequence[Task]
) -> Iterator[Result]:
    """`work` on each of `tasks`, in their order; here where one process is enough.

    Tasks and results are pickled, `work` is not. An error in a fork is raised here.
    """
    processes = min(available_cpus(), len(tasks))
    if processes < 2:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(
        processes, multiprocessing.get_context("fork"), _begin, (work,)
    ) as pool:
        yield from pool.map(_do, tasks)


def _begin(work: Callable[[Any], Any]) -> None:
    global _work  # noqa: PLW0603, a process of its own, which does this alone
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process


def _do(task: Any) -> Any:
    return _work(task)
