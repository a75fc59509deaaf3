"""One worker's part in moving to other versions together with its fellows.

One of them leads: it looks at the folder, proves what it finds and posts a plan.
Each prepares that beside what it serves, and says so; then the leader lets it serve.
What is shared is in `service.serving.generations`; threads and clocks are left to
`service.serving.watcher`.
"""

import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.counting.board import Board
from service.errors import ArtifactError
from service.memory import give_back_memory
from service.serving.folder import read_folder
from service.serving.generations import Failure, Generations
from service.serving.loader import Loader, contents
from service.serving.news import refusals, tell_problems, tell_serving
from service.serving.plan import Content, Folder, Plan
from service.serving.proof import ProvedModel
from service.serving.snapshot import NOTHING, Snapshot
from service.settings import Settings

log = logging.getLogger(__name__)

EARLY = 0.9
"""Of the time between two looks: the rest is for all workers to get ready."""
PATIENCE_SECONDS = 1.0
"""Until a worker tries once more to load what serves already."""


@dataclass(frozen=True)
class Fellows:
    """What a worker shares with its fellows: generations, and its row of a board.

    And the versions that were `proved` before the fork.
    """

    generations: Generations
    board: Board
    row: int = 0
    proved: Mapping[Content, ProvedModel] = field(default_factory=dict)


class Uptake:
    """Where one worker is: what it has prepared, and whether it serves yet.

    `tick` is called again and again, by one thread at a time; `snapshot` by any.
    """

    def __init__(self, settings: Settings, loader: Loader, fellows: Fellows) -> None:
        self._settings, self._loader, self._fellows = settings, loader, fellows
        self._generations = fellows.generations
        self._snapshots: Mapping[int, Snapshot] = {}
        self._folder: Folder | None = None
        self._next_look = self._next_try = 0.0
        self._tried = 0
        self._ahead = False
        self.joined = False

    @property
    def snapshot(self) -> Snapshot:
        """That of the generation which serves at this moment."""
        while self.joined:
            # Prepared before it served; where it is not here any more, another has
            # come to serve since its number was read.
            found = self._snapshots.get(self._generations.serving)
            if found is not None:
                return found
        return NOTHING

    def tick(self) -> None:
        """Do what is to be done now: lead, prepare, join, let go."""
        leads = self._leads()
        if leads:
            self._lead()
        if self.joined:
            self._prepare_posted()
        default, labels = self.snapshot.default, self.snapshot.labels
        flipped = leads and self._generations.flip()
        if not self.joined:
            self._try_to_join()
        if flipped:
            self._tell(default, labels)
        self._let_go()

    def _leads(self) -> bool:
        """A worker that only starts leads where no other serves: it knows less."""
        may = self.joined or not self._generations.anyone()
        return may and self._generations.lead()

    def _lead(self) -> None:
        fresh = [self._refuse(failure) for failure in self._generations.failures()]
        if any(fresh) or self._is_due():
            self._look()

    def _refuse(self, failure: Failure) -> bool:
        """Note what a worker cannot load; whether that was not known yet."""
        wanted = self._generations.plan(failure.generation).versions
        version, reason = failure.version, failure.reason
        if version not in wanted:  # overtaken by another plan
            return False
        fresh = self._loader.refuse((version, wanted[version]), reason)
        if fresh:
            log.error(
                "worker %d cannot load version %d: %s", failure.pid, version, reason
            )
        return fresh

    def _is_due(self) -> bool:
        generations, seconds = self._generations, self._settings.reload_seconds
        return (
            generations.asked != generations.looked
            or not (self.joined or self._folder)
            or (seconds > 0 and time.monotonic() >= self._next_look)
        )

    def _look(self) -> None:
        """Read the folder, prove what is new, and post a plan where it is another."""
        generations, began = self._generations, time.monotonic_ns()
        self._next_look = began / 1e9 + EARLY * self._settings.reload_seconds
        asked = generations.asked
        if asked != generations.looked:
            self._loader.forgive()
        # Where nobody serves, nobody has in memory what served last.
        serving = generations.plan(generations.serving if generations.anyone() else 0)
        before = self._folder or Folder(serving.versions, serving.labels)
        self._folder = self._read_folder(before)
        plan = self._loader.settle(self._folder, serving)
        self._post(plan, began)
        generations.looked = asked

    def _post(self, plan: Plan, began: int) -> None:
        posted = self._generations.posted
        before = self._generations.plan(posted)
        if posted and plan == before:
            return
        tell_problems(plan, before)
        self._count(refusals=len(refusals(plan, before)))
        self._generations.post(plan, began)

    def _prepare_posted(self) -> None:
        number = self._generations.posted
        if number > self._tried:
            ready = self._prepare(number)
            self._tried = number
            if ready:
                self._generations.prepared(number)

    def _try_to_join(self) -> None:
        number, now = self._generations.serving, time.monotonic()
        if number == 0:
            self._prove_ahead()
        elif number in self._snapshots or now >= self._next_try:
            self._next_try = now + PATIENCE_SECONDS
            self.joined = self._prepare(number) and self._generations.join(number)
            self._tried = number
            if self.joined:
                log.info("worker %d serves from generation %d on", os.getpid(), number)

    def _prepare(self, generation: int) -> bool:
        """Hold every version of a generation, or say which one cannot be."""
        plan = self._generations.plan(generation)
        # The default last: of what only others have in memory, it is given up last.
        for content in sorted(contents(plan), key=lambda c: c[0] == plan.default):
            try:
                self._loader.load(content)
            except ArtifactError as error:
                self._generations.failed(generation, content[0], str(error))
                return False
        snapshot = self._loader.snapshot(plan, generation)
        self._snapshots = {**self._snapshots, generation: snapshot}
        return True

    def _prove_ahead(self) -> None:
        """Meanwhile prove what another is about to post, since the disk is the same."""
        if not self._ahead:
            self._ahead = True
            self._loader.settle(self._read_folder(Folder()), Plan())

    def _read_folder(self, before: Folder) -> Folder:
        return read_folder(self._settings.models_dir, self._settings.model, before)

    def _let_go(self) -> None:
        """Drop what can serve no request any more: those in flight have their own."""
        serving = self._generations.serving
        kept = {n: held for n, held in self._snapshots.items() if n >= serving}
        if len(kept) < len(self._snapshots):
            self._snapshots = kept
            self._loader.keep(*kept.values())
            give_back_memory()

    def _tell(self, default: int | None, labels: Mapping[str, int]) -> None:
        """Say what serves from now on, where that default and labels were until now."""
        took = time.monotonic_ns() - self._generations.began
        if self.snapshot.default != default:
            now = time.time_ns() // 1_000_000
            self._fellows.board.put(self._fellows.row, "uptake/default_ms", now)
        if self._generations.serving > 1:
            self._count(swaps=1, swap_ns=took)
        tell_serving(self.snapshot, self._settings, took, labels)

    def _count(self, **amounts: int) -> None:
        named = {f"uptake/{name}": amount for name, amount in amounts.items()}
        self._fellows.board.add(self._fellows.row, named)
