"""Versions come, go and change places under load, and nobody who asks notices.

A request that begins after another one has ended is answered by the same version
or by one that came to serve later, whichever workers the two reached.
"""

import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from PIL import Image

from service.calibration import calibrate
from service.digits import to_pixels
from service.serving.proof import prove
from service.versions.labels import LABELS
from tests.load.publishing import (
    Spoil,
    break_disk,
    cut_to_the_hidden_layer,
    label,
    publish,
    swap_golden_answers,
    tamper,
    truncate,
    use_format_2,
)
from tests.load.server import ROOT, Server, running, wait_until
from tests.load.witnesses import CLASSIFYING, PREDICTING, Network, Seen, Witnesses

pytestmark = pytest.mark.slow

PICTURE = ROOT / "tests/data/digits/2_43.png"
"""A two that one network is sure of and the other is not."""
MANY = 2000
CUT_OFF = (
    *("RemoteDisconnected", "ConnectionReset", "ConnectionAborted"),
    *("BrokenPipe", "IncompleteRead"),
)
"""What a client sees of a connection that is cut while it asks or is answered."""
RELOAD_SECONDS = 0.5


@dataclass
class Live:
    """A running service, its model's folder, and who asks it without pause."""

    server: Server
    home: Path
    sources: dict[int, Path]
    witnesses: Witnesses

    def told(self) -> dict[str, Any]:
        """What /version says now."""
        document: dict[str, Any] = requests.get(
            self.server.url("/version"), timeout=30
        ).json()
        return document

    @property
    def default(self) -> int:
        """The version that answers by default now."""
        return int(self.told()["default"])

    def mebibytes(self) -> float:
        """What both workers hold, what they share counted once."""
        return sum(_mebibytes(pid) for pid in self.server.worker_pids())

    def publish(self, spoil: Spoil | None = None) -> int:
        """Publish a version after all others, of the other network; its number."""
        last = max(int(p.name) for p in self.home.iterdir() if p.name.isdigit())
        publish(self.sources[(last + 1) % 2], self.home, last + 1, spoil)
        return last + 1

    def across(
        self, change: Callable[[], object], done: Callable[[], bool], promise: str
    ) -> list[Seen]:
        """Thousands of answers from before a change to after it is done."""
        answers = self.witnesses.answers
        begun = len(answers)
        wait_until(lambda: len(answers) > begun + MANY // 2, "they are answered")
        changed = time.monotonic()
        change()
        wait_until(done, promise)
        ended = len(answers)
        wait_until(lambda: len(answers) > ended + MANY // 2, "they are answered still")
        _print_latencies(promise, answers[begun:], changed, answers[ended].end)
        return answers[begun:]


def _mebibytes(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def _print_latencies(
    promise: str, seen: list[Seen], changed: float, done: float
) -> None:
    before = [s.end - s.start for s in seen if s.end < changed]
    during = [s.end - s.start for s in seen if s.end >= changed and s.start <= done]
    p99 = [1000 * float(np.quantile(taken, 0.99)) for taken in (before, during)]
    print(  # noqa: T201, shown by pytest -rP
        f"{promise}: p99 {p99[0]:.1f} ms before, {p99[1]:.1f} ms in the "
        f"{done - changed:.2f} s of it, {len(before)} and {len(during)} answers"
    )


def network(source: Path) -> Network:
    """What the version in that folder says of the picture."""
    with Image.open(PICTURE) as image:
        pixels = to_pixels(np.asarray(image).reshape(1, 784))
    proved = prove(source, "litert")
    softmax = proved.engine.predict(pixels)
    assert proved.manifest.calibration is not None
    calibrated = calibrate(softmax, proved.manifest.calibration.temperature)
    return Network(softmax[0], calibrated[0])


@pytest.fixture(scope="module")
def live(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Two workers that serve versions 1 and 2, asked by six clients."""
    folder = tmp_path_factory.mktemp("live")
    home = folder / "mnist"
    home.mkdir()
    sources = {number % 2: models_dir / "mnist" / str(number) for number in (1, 2)}
    for number in (1, 2):
        publish(sources[number % 2], home, number)
    networks = {parity: network(source) for parity, source in sources.items()}
    environ = {"WORKERS": "2", "THREADS": "4"}
    environ["MNIST_RELOAD_SECONDS"] = str(RELOAD_SECONDS)
    with running(folder, folder / "log", **environ) as server:
        witnesses = Witnesses(server.port, PICTURE.read_bytes(), networks)
        with witnesses.asking():
            yield Live(server, home, sources, witnesses)


def all_by(version: int, seen: list[Seen]) -> bool:
    """Whether that version gave every answer; the others are shown."""
    others = [s for s in seen if s.problem or not s.by(version)]
    assert others == []
    return True


def all_moved(old: int, new: int, seen: list[Seen]) -> bool:
    """Whether the new version took over from the old for everyone at once."""
    by_old = [s for s in seen if not s.problem and s.by(old)]
    by_new = [s for s in seen if not s.problem and s.by(new)]
    assert [s for s in seen if s.problem] == []
    assert len(by_old) + len(by_new) == len(seen)
    first = min(by_new, key=lambda s: s.end)
    assert [s for s in by_old if s.start > first.end] == []
    return True


def test_a_good_version_is_taken_up(live: Live) -> None:
    old = live.default

    seen = live.across(live.publish, lambda: live.default == old + 1, "published")

    assert all_moved(old, old + 1, seen)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (truncate, "model.tflite has sha256"),
        (tamper, "model.tflite has sha256"),
        (cut_to_the_hidden_layer, "the shape (64, 512), expected (64, 10)"),
        (swap_golden_answers, "answers on the golden digits are off by"),
        (break_disk, "'golden.npz' cannot be read: [Errno 5] Input/output error"),
        (use_format_2, "manifest.json has format 2, expected 1"),
    ],
)
def test_a_bad_version_is_refused_and_nothing_else_happens(
    live: Live, spoil: Spoil, reason: str
) -> None:
    served = live.default

    def refused() -> bool:
        return any(reason in each["reason"] for each in live.told()["refused"])

    seen = live.across(lambda: live.publish(spoil), refused, f"refused: {reason}")

    assert all_by(served, seen)
    shutil.rmtree(max(live.home.iterdir(), key=lambda p: int(p.name)))
    wait_until(lambda: not live.told()["refused"], "it is forgotten")


def test_the_stable_label_promotes_and_rolls_back(live: Live) -> None:
    newest = live.default

    back = live.across(
        lambda: label(live.home, stable=newest - 1),
        lambda: live.default == newest - 1,
        "rolled back",
    )
    forth = live.across(
        lambda: label(live.home, stable=newest, canary=newest - 1),
        lambda: live.default == newest,
        "promoted",
    )

    assert all_moved(newest, newest - 1, back)
    assert all_moved(newest - 1, newest, forth)
    assert live.told()["labels"] == {"stable": newest, "canary": newest - 1}
    (live.home / LABELS).unlink()


def test_a_hangup_has_the_folder_looked_at_and_restarts_nobody(live: Live) -> None:
    served, workers = live.default, live.server.worker_pids()

    seen = live.across(
        lambda: live.server.process.send_signal(signal.SIGHUP),
        lambda: "signal: hup" in live.server.log.read_text(),
        "hung up",
    )

    assert all_by(served, seen)
    assert live.server.worker_pids() == workers


def test_a_killed_worker_loses_what_it_held_and_nothing_else(live: Live) -> None:
    served, workers = live.default, live.server.worker_pids()
    victim, joined = min(workers), live.server.joined()

    seen = live.across(
        lambda: os.kill(victim, signal.SIGKILL),
        lambda: live.server.joined() > joined,  # the next test removes what it loads
        "killed",
    )

    lost = [s for s in seen if s.problem]
    assert all_by(served, [s for s in seen if not s.problem])
    assert len(lost) <= CLASSIFYING + PREDICTING  # each waits for one answer at most
    assert all(s.problem.startswith(CUT_OFF) for s in lost), lost


def test_a_version_whose_folder_is_gone_goes_on_serving(live: Live) -> None:
    served = live.default

    seen = live.across(
        lambda: shutil.rmtree(live.home / str(served)),
        lambda: any(f"version {served} is gone" in p for p in live.told()["problems"]),
        "the folder deleted",
    )

    assert all_by(served, seen)
    assert live.told()["default"] == served


def test_twenty_swaps_later_the_memory_is_what_it_was(live: Live) -> None:
    def swap() -> None:
        number = live.publish()
        live.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: live.default == number, "it is taken up")

    for _ in range(5):
        swap()
    before = live.mebibytes()
    for _ in range(20):
        swap()
    after = live.mebibytes()

    print(f"memory: {before:.1f} MiB before twenty swaps, {after:.1f} MiB after")  # noqa: T201
    assert after < before * 1.15
