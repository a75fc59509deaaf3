"""Workers, each a process of its own, move to other versions together."""

import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from service.artifact import TFLITE_MODEL
from service.counting.board import Board
from service.engines import EngineName
from service.errors import ArtifactError
from service.serving import loader
from service.serving.generations import Generations
from service.serving.proof import ProvedModel, prove
from service.serving.snapshot import Snapshot
from service.serving.store import Store
from service.serving.uptake import Fellows
from service.settings import Settings
from service.versions.labels import LABELS
from tests.fakes import fake_version
from tests.load.server import wait_until

pytestmark = pytest.mark.usefixtures("engine")

FORK = multiprocessing.get_context("fork")
SECONDS = 0.05
FAULT = "fault"
"""While a file of that name is there, version 2 cannot be loaded."""


@dataclass(frozen=True)
class Told:
    """What a worker says of its snapshot."""

    generation: int
    default: int | None
    loaded: list[int]
    refused: dict[int, str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Told":
        return cls(
            snapshot.generation,
            snapshot.default,
            sorted(snapshot.models),
            dict(snapshot.refused),
        )


class Worker:
    """A process that serves, and tells what whenever it is asked."""

    def __init__(self, settings: Settings, fellows: Fellows, cannot: int) -> None:
        self._pipe, theirs = FORK.Pipe()
        self._process = FORK.Process(
            target=_work, args=(settings, fellows, cannot, theirs), daemon=True
        )
        self._fellows = fellows
        self._process.start()

    def told(self) -> Told:
        self._pipe.send("")
        told: Told = self._pipe.recv()
        return told

    def kill(self) -> None:
        """kill -9, and that the master notices."""
        self._process.kill()
        self._process.join()
        assert self._process.pid is not None
        self._fellows.generations.leave(self._process.pid)


def _work(settings: Settings, fellows: Fellows, cannot: int, pipe: Connection) -> None:
    def failing(folder: Path, engine: EngineName) -> ProvedModel:
        if folder.name == str(cannot):
            raise ArtifactError("this worker has no room for it")
        if folder.name == "2" and (settings.models_dir / FAULT).exists():
            raise ArtifactError("the disk fails, for now")
        return prove(folder, engine)

    vars(loader)["prove"] = failing
    store = Store(settings, fellows)
    store.load()
    while True:
        pipe.recv()
        pipe.send(Told.of(store.snapshot))


class Master:
    """Starts workers over one folder, and what they share."""

    def __init__(self, models_dir: Path, reload_seconds: float = SECONDS) -> None:
        self.settings = Settings(models_dir=models_dir, reload_seconds=reload_seconds)
        self.fellows = Fellows(Generations(), Board())
        self.workers: list[Worker] = []

    def start(self, cannot: int = 0) -> Worker:
        """A worker; one that cannot load a version, if that is told."""
        self.workers.append(Worker(self.settings, self.fellows, cannot))
        return self.workers[-1]

    def counted(self, name: str) -> int:
        return self.fellows.board.totals("uptake/").get(name, 0)


@pytest.fixture
def master(tmp_path: Path) -> Iterator[Master]:
    """Of version 1, without workers yet."""
    fake_version(tmp_path, 1)
    master = Master(tmp_path)
    yield master
    for worker in master.workers:
        worker.kill()


def published(models_dir: Path, version: int, damaged: bool = False) -> None:
    """Publish a version by renaming it, as `mnist-train` does."""
    folder = fake_version(models_dir / "aside", version)
    if damaged:
        (folder / TFLITE_MODEL).write_bytes(b"damaged")
    folder.rename(models_dir / "mnist" / str(version))


def until(worker: Worker, condition: Callable[[Told], bool]) -> Told:
    """What a worker tells once that holds; fails where it never does."""
    deadline = time.monotonic() + 60
    while not condition(told := worker.told()):
        assert time.monotonic() < deadline, told
        time.sleep(0.005)
    return told


def test_workers_serve_the_same_and_move_together(
    master: Master, tmp_path: Path
) -> None:
    one, two = master.start(), master.start()
    before = [one.told(), two.told()]

    published(tmp_path, 2)
    moved = until(one, lambda told: told.default == 2)
    wait_until(lambda: master.counted("swap_ns") > 0, "the swap is counted")

    assert before == [Told(1, 1, [1], {})] * 2
    assert two.told() == moved == Told(2, 2, [1, 2], {})
    assert (master.counted("swaps"), master.counted("refusals")) == (1, 0)


def test_what_no_worker_can_load_is_refused_and_nothing_moves(
    master: Master, tmp_path: Path
) -> None:
    one, two = master.start(), master.start()

    published(tmp_path, 2, damaged=True)
    refused = until(one, lambda told: 2 in told.refused)

    assert (refused.default, refused.loaded) == (1, [1])
    assert two.told() == refused
    assert master.counted("refusals") == 1


@pytest.mark.parametrize("first", [True, False])
def test_what_one_worker_cannot_load_is_refused_for_all(
    master: Master, tmp_path: Path, first: bool
) -> None:
    workers = [
        master.start(cannot=2 if first else 0),
        master.start(cannot=0 if first else 2),
    ]
    for worker in workers:
        worker.told()  # until it serves

    published(tmp_path, 2)
    refused = until(workers[0], lambda told: 2 in told.refused)

    assert "this worker has no room for it" in refused.refused[2]
    assert (refused.default, refused.loaded) == (1, [1])
    assert workers[1].told() == refused


@pytest.mark.parametrize("victim", [0, 1])
def test_when_the_one_who_leads_dies_another_does(
    master: Master, tmp_path: Path, victim: int
) -> None:
    workers = [master.start(), master.start()]
    for worker in workers:
        worker.told()
    left = workers[1 - victim]

    workers[victim].kill()
    published(tmp_path, 2)

    assert until(left, lambda told: told.default == 2).loaded == [1, 2]


def test_a_new_worker_serves_what_the_others_do(master: Master, tmp_path: Path) -> None:
    one = master.start()
    published(tmp_path, 2)
    served = until(one, lambda told: told.default == 2)

    two = master.start()

    assert two.told() == served


def test_a_version_that_only_memory_has_is_given_up_for_a_new_worker(
    master: Master, tmp_path: Path
) -> None:
    published(tmp_path, 2)
    one = master.start()
    assert one.told().default == 2
    shutil.rmtree(tmp_path / "mnist" / "2")

    two = master.start()

    assert two.told().default == 1
    assert one.told().loaded == [1]


def test_the_last_version_is_not_given_up_for_a_new_worker(
    master: Master, tmp_path: Path
) -> None:
    one = master.start()
    one.told()
    shutil.rmtree(tmp_path / "mnist" / "1")

    two = master.start()
    time.sleep(4 * SECONDS)
    waiting = one.told()
    published(tmp_path, 2)

    assert waiting.default == 1
    assert two.told().default == 2
    assert one.told().default == 2


def test_a_folder_that_was_away_brings_back_what_was_given_up_and_moves_no_label(
    master: Master, tmp_path: Path
) -> None:
    published(tmp_path, 2)
    (tmp_path / "mnist" / LABELS).write_text('{"stable": 1}')
    one, other = master.start(), master.start()
    for worker in (one, other):
        until(worker, lambda told: told.loaded == [1, 2])

    (tmp_path / "mnist").rename(tmp_path / "away")
    other.kill()
    new = master.start()
    alone = until(one, lambda told: told.loaded == [1])
    (tmp_path / "away").rename(tmp_path / "mnist")
    back = until(one, lambda told: told.loaded == [1, 2])

    assert alone.default == back.default == 1
    assert back.refused == {}
    assert new.told() == one.told()


def test_a_label_moves_the_default_and_loads_nothing_anew(
    master: Master, tmp_path: Path
) -> None:
    published(tmp_path, 2)
    quiet = Master(tmp_path, reload_seconds=0)  # looks only when all is in its place
    one, two = quiet.start(), quiet.start()
    for worker in quiet.workers:
        worker.told()  # until it serves: a new one would have version 1 given up
    # Nothing could be loaded from it any more.
    shutil.rmtree(tmp_path / "mnist" / "1")
    (tmp_path / "mnist" / LABELS).write_text('{"stable": 1}')

    quiet.fellows.generations.ask()
    moved = until(one, lambda told: told.default == 1)
    others = two.told()

    for worker in quiet.workers:
        worker.kill()
    assert moved.loaded == [1, 2]
    assert others.default == 1


def test_since_when_a_version_answers_by_default_is_noted(
    master: Master, tmp_path: Path
) -> None:
    (tmp_path / "mnist" / LABELS).write_text('{"stable": 1}')
    worker = master.start()
    wait_until(lambda: master.counted("default_ms") > 0, "the first one is noted")
    first = master.counted("default_ms")

    published(tmp_path, 2)
    wait_until(lambda: master.counted("swaps") == 1, "version 2 is loaded beside it")
    assert worker.told().default == 1
    assert master.counted("default_ms") == first
    (tmp_path / "mnist" / LABELS).write_text('{"stable": 2}')

    wait_until(lambda: master.counted("default_ms") > first, "another answers")
    assert worker.told().default == 2


def test_workers_that_do_not_look_by_themselves_do_when_asked(
    master: Master, tmp_path: Path
) -> None:
    quiet = Master(tmp_path, reload_seconds=0)
    one = quiet.start()
    one.told()

    published(tmp_path, 2)
    time.sleep(0.2)
    unasked = one.told().default
    quiet.fellows.generations.ask()
    asked = until(one, lambda told: told.default == 2)
    one.kill()

    assert (unasked, asked.loaded) == (1, [1, 2])


def test_a_bad_version_is_tried_again_when_its_files_change(
    master: Master, tmp_path: Path
) -> None:
    one = master.start()
    published(tmp_path, 2, damaged=True)
    until(one, lambda told: 2 in told.refused)

    (tmp_path / "mnist" / "2" / TFLITE_MODEL).write_bytes(b"nor here")

    assert until(one, lambda told: told.default == 2).refused == {}


def test_a_bad_version_is_tried_again_when_somebody_asks(
    master: Master, tmp_path: Path
) -> None:
    fault = tmp_path / FAULT
    fault.touch()
    one = master.start()
    published(tmp_path, 2)
    until(one, lambda told: 2 in told.refused)

    fault.unlink()
    time.sleep(4 * SECONDS)
    unasked = one.told()
    master.fellows.generations.ask()

    assert unasked.default == 1
    assert until(one, lambda told: told.default == 2).refused == {}


def test_workers_start_where_there_is_nothing_and_take_the_first_version(
    master: Master, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "mnist")
    one, two = master.start(), master.start()
    nothing = [one.told(), two.told()]

    (tmp_path / "mnist").mkdir()
    published(tmp_path, 1)

    assert nothing == [Told(1, None, [], {})] * 2
    assert until(two, lambda told: told.default == 1).loaded == [1]


def test_a_version_that_the_policy_drops_is_not_held(
    master: Master, tmp_path: Path
) -> None:
    one = master.start()
    one.told()

    for number in (2, 3, 4, 5):
        published(tmp_path, number)
        until(one, lambda told, number=number: told.default == number)  # type: ignore[misc]

    assert one.told().loaded == [3, 4, 5]
