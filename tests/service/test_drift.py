"""How far what came lately is from what the version was trained on."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.app import create_app
from service.artifact import Manifest, read_manifest, write_manifest
from service.counting.board import Board
from service.counting.drift import FEWEST, SLOTS, Drift, Window, Windows
from service.counting.stability import stability_index
from service.digits import ink_of, to_pixels
from service.errors import ArtifactError
from service.fingerprint import Fingerprint, Shares
from service.settings import Settings
from tests.fakes import FakeEngine, fake_digit, fake_manifest, fake_version
from tests.scraping import series, total

EVEN = Shares((0.5,), (0.5, 0.5))
TENTHS = Shares(tuple(n + 0.5 for n in range(9)), (0.1,) * 10)
FINGERPRINT = Fingerprint(1000, TENTHS, Shares((0.9, 0.95), (0.2, 0.3, 0.5)), EVEN)
HOUR = 3600.0


class Clock:
    """Tells the seconds that a test says it is."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def window(board: Board, row: int = 0, clock: Clock | None = None) -> Window:
    return Window(board, row, fake_manifest(), FINGERPRINT, HOUR, clock or Clock())


def answers(
    *digits: int, confidence: float = 0.99
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """What the network said: these digits, with this confidence."""
    return np.array(digits, np.intp), np.full(len(digits), confidence, np.float32)


def ink(count: int, share: float = 0.4) -> NDArray[np.float32]:
    return np.full(count, share, np.float32)


def test_the_index_of_what_was_expected_is_0() -> None:
    assert stability_index(np.array([50, 50]), EVEN) == 0


def test_the_index_is_the_sum_of_differences_times_logarithms() -> None:
    index = stability_index(np.array([80, 20]), EVEN)

    assert index == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4))


def test_the_index_of_an_empty_bin_is_finite() -> None:
    assert 1 < stability_index(np.array([100, 0]), EVEN) < 10
    never = Shares((0.5,), (1.0, 0.0))
    assert 1 < stability_index(np.array([50, 50]), never) < 10


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=2).filter(any))
def test_the_index_is_never_below_0(counts: list[int]) -> None:
    assert stability_index(np.array(counts), EVEN) >= 0


def test_of_few_pictures_nothing_is_told_but_how_many() -> None:
    few = window(Board(rows=1))
    few.add(*answers(*[3] * (FEWEST - 1)), ink(FEWEST - 1))

    assert few.drift() == Drift(FEWEST - 1)


def test_what_is_as_expected_has_not_drifted() -> None:
    steady = window(Board(rows=1))
    for confidence, share in ((0.8, 0.2), (0.93, 0.3), (0.99, 0.5)):
        count = round(100 * share)
        digits = [digit for digit in range(10) for _ in range(count)]
        halves = np.array([0.4, 0.6] * (len(digits) // 2), np.float32)
        steady.add(*answers(*digits, confidence=confidence), halves)

    drift = steady.drift()

    assert drift.pictures == 1000
    for index in (drift.digit, drift.confidence, drift.ink):
        assert index == pytest.approx(0, abs=1e-9)


def test_only_what_changed_has_drifted() -> None:
    skewed = window(Board(rows=1))
    for confidence, share in ((0.8, 0.2), (0.93, 0.3), (0.99, 0.5)):
        count = round(1000 * share)
        halves = np.array([0.4, 0.6] * (count // 2), np.float32)
        skewed.add(*answers(*[7] * count, confidence=confidence), halves)

    drift = skewed.drift()

    assert drift.digit is not None
    assert drift.digit > 1
    assert drift.confidence == pytest.approx(0, abs=1e-9)
    assert drift.ink == pytest.approx(0, abs=1e-9)


def test_what_is_older_than_the_window_no_longer_counts() -> None:
    clock = Clock()
    sliding = window(Board(rows=1), clock=clock)
    sliding.add(*answers(1, 2), ink(2))
    clock.now = HOUR / SLOTS
    sliding.add(*answers(3), ink(1))

    seen = []
    for slot in (1, SLOTS - 1, SLOTS, SLOTS + 1, 5 * SLOTS):
        clock.now = slot * HOUR / SLOTS
        seen.append(sliding.drift().pictures)

    assert seen == [3, 3, 1, 0, 0]


def test_a_slot_of_a_former_round_is_emptied_first() -> None:
    clock = Clock()
    sliding = window(Board(rows=1), clock=clock)
    sliding.add(*answers(1, 2), ink(2))
    clock.now = 3 * HOUR
    sliding.add(*answers(1), ink(1))

    assert sliding.drift().pictures == 1


def test_all_workers_count_in_one_window_and_any_can_tell() -> None:
    board = Board(rows=3)

    for row in (0, 1):
        pid = os.fork()
        if pid == 0:
            window(board, row).add(*answers(4, 4), ink(2))
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0

    assert window(board, row=2).drift().pictures == 4


def test_what_a_dead_worker_counted_long_ago_does_not_come_back() -> None:
    board, clock = Board(rows=2), Clock()
    window(board, 0, clock).add(*answers(4), ink(1))
    clock.now = 2 * HOUR
    window(board, 1, clock).add(*answers(4), ink(1))

    assert window(board, 0, clock).drift().pictures == 1


def test_without_room_on_the_board_nothing_is_told() -> None:
    full = window(Board(rows=1, names=10))
    full.add(*answers(1), ink(1))
    full.add_one(1, 0.9, 0.5)

    assert full.drift() == Drift(0)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.floats(0.125, 1, width=32), st.floats(0, 1, width=32)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_many_pictures_are_counted_as_one_after_the_other(
    pictures: list[tuple[int, float, float]],
) -> None:
    digits, confidences, inks = zip(*pictures, strict=True)
    boards = [Board(rows=1), Board(rows=1)]

    window(boards[0]).add(
        np.array(digits, np.intp),
        np.array(confidences, np.float32),
        np.array(inks, np.float32),
    )
    alone = window(boards[1])
    for picture in pictures:
        alone.add_one(*picture)

    assert sum(*boards[0].sums("").values()) > 3 * len(pictures)
    assert boards[0].sums("") == boards[1].sums("")


def test_ink_is_the_mean_of_the_pixels() -> None:
    pixels = np.random.default_rng(0).random((3, 784), dtype=np.float32)

    assert np.allclose(ink_of(pixels), pixels.mean(axis=1))


@pytest.mark.parametrize("count", [1, 16, 17, 1024])
def test_the_ink_of_digits_is_that_of_their_pixels(count: int) -> None:
    digits = np.random.default_rng(0).integers(0, 256, (count, 784), np.uint8)
    digits[0] = 255

    found = ink_of(digits)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, ink_of(to_pixels(digits)), rtol=1e-5)
    assert found[0] == pytest.approx(1)


def test_another_fingerprint_begins_a_window_of_its_own() -> None:
    windows = Windows(Board(rows=1), 0, minutes=60)
    manifest = replace(fake_manifest(), fingerprint=FINGERPRINT)
    first = windows.of(manifest)
    assert first is not None
    first.add(*answers(1), ink(1))

    other = replace(manifest, fingerprint=replace(FINGERPRINT, pictures=5))

    assert windows.of(manifest) is first
    found = windows.of(other)
    assert found is not None
    assert found.drift().pictures == 0


def test_a_version_without_a_fingerprint_has_no_window() -> None:
    assert Windows(Board(rows=1), 0, minutes=60).of(fake_manifest()) is None


def with_fingerprint(models_dir: Path) -> Manifest:
    folder = fake_version(models_dir)
    manifest = replace(read_manifest(folder), fingerprint=FINGERPRINT)
    write_manifest(folder, manifest)
    return manifest


def test_a_fingerprint_is_read_as_it_was_written(tmp_path: Path) -> None:
    manifest = with_fingerprint(tmp_path)

    assert read_manifest(tmp_path / "mnist" / "1") == manifest


@pytest.mark.parametrize(
    ("edges", "shares"),
    [
        ((0.5,), (0.5,)),
        ((0.9, 0.5), (0.2, 0.2, 0.6)),
        ((0.5,), (0.5, 0.6)),
        ((0.5,), (-0.5, 1.5)),
    ],
)
def test_a_fingerprint_that_is_none_is_refused(
    tmp_path: Path, edges: tuple[float, ...], shares: tuple[float, ...]
) -> None:
    folder = fake_version(tmp_path)
    wrong = replace(FINGERPRINT, ink=Shares(edges, shares))
    write_manifest(folder, replace(read_manifest(folder), fingerprint=wrong))

    with pytest.raises(ArtifactError, match="shares"):
        read_manifest(folder)


def test_metrics_tell_the_drift_of_each_version(
    engine: FakeEngine, tmp_path: Path
) -> None:
    with_fingerprint(tmp_path)
    settings = Settings(models_dir=tmp_path, drift_minutes=30)
    client = create_app(settings).test_client()
    sevens = np.stack([fake_digit(7)] * FEWEST)

    def post(count: int) -> None:
        body = sevens[:count].tobytes()
        client.post("/v1/classify", data=body, content_type="application/octet-stream")

    post(FEWEST - 1)
    few = series(client.get("/metrics").text)
    post(1)
    enough = series(client.get("/metrics").text)

    name = "mnist_drift_population_stability_index"
    assert not [key for key in few if key[0] == name]
    assert total(few, "mnist_drift_pictures", version="1") == FEWEST - 1
    assert total(few, "mnist_drift_window_seconds") == 1800
    features = {dict(labels)["feature"] for found, labels in enough if found == name}
    assert features == {"digit", "confidence", "ink"}
    assert total(enough, name, version="1", feature="digit") > 0.25
