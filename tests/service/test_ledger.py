"""Decisions about versions: each is kept, none is lost, and no reader is misled."""

import fcntl
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ArtifactError, FolderError, ReleaseError
from service.versions.labels import LABEL, LABELS, read_labels, write_labels
from service.versions.ledger import KEPT, open_ledger
from service.versions.releases import (
    RELEASES,
    Decision,
    Releases,
    read_releases,
    write_releases,
)

texts = st.text(max_size=30)
numbers = st.integers(1, 999_999_999)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A model's folder with the versions 1 to 5, all of them empty."""
    folder = tmp_path / "mnist"
    for number in range(1, 6):
        (folder / str(number)).mkdir(parents=True)
    return folder


def promote(home: Path, *versions: int) -> None:
    for version in versions:
        with open_ledger(home) as ledger:
            ledger.promote(version)


def roll_back(home: Path) -> int | None:
    with open_ledger(home) as ledger:
        if ledger.before is not None:
            ledger.roll_back(ledger.before)
    return read_labels(home).get("stable")


@given(st.dictionaries(st.from_regex(LABEL, fullmatch=True), numbers))
def test_labels_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, labels: dict[str, int]
) -> None:
    folder = tmp_path_factory.mktemp("mnist")

    write_labels(folder, labels)

    assert read_labels(folder) == labels


@given(
    st.dictionaries(numbers, texts),
    st.lists(
        st.builds(
            Decision,
            time=texts,
            action=texts,
            version=numbers,
            label=st.none() | texts.filter(bool),
            before=st.none() | numbers,
            reason=texts,
        )
    ),
)
def test_decisions_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory,
    refused: dict[int, str],
    history: list[Decision],
) -> None:
    folder = tmp_path_factory.mktemp("mnist")
    # What is not said is not written: an empty time or action is none of a decision.
    decided = [d for d in history if d.time and d.action]

    write_releases(folder, Releases(refused, tuple(decided)))

    assert read_releases(folder) == Releases(refused, tuple(decided))


def test_a_promotion_moves_stable_and_is_kept_with_what_was_before(home: Path) -> None:
    promote(home, 1)

    with open_ledger(home) as ledger:
        ledger.promote(2, "better")

    assert read_labels(home) == {"stable": 2}
    first, second = read_releases(home).history
    assert (first.version, first.before, first.reason) == (1, None, "")
    assert (second.action, second.label) == ("promoted", "stable")
    assert (second.version, second.before, second.reason) == (2, 1, "better")
    assert second.time.endswith("+00:00")


def test_a_promotion_drops_what_the_gate_held_against_a_version(home: Path) -> None:
    with open_ledger(home) as ledger:
        ledger.refuse(3, "slow")
        ledger.refuse(4, "large")

    promote(home, 3)

    assert read_releases(home).refused == {4: "large"}


def test_each_rollback_goes_one_step_further_back(home: Path) -> None:
    promote(home, 1, 2, 3)

    assert [roll_back(home) for _ in range(3)] == [2, 1, 1]


def test_a_promotion_after_a_rollback_can_be_undone_in_its_turn(home: Path) -> None:
    promote(home, 1, 2, 3)
    roll_back(home)

    promote(home, 5)

    assert [roll_back(home), roll_back(home)] == [2, 1]


def test_promoting_what_is_stable_already_is_no_step_to_go_back(home: Path) -> None:
    promote(home, 1, 2, 2)

    assert roll_back(home) == 1


def test_stable_that_was_moved_by_hand_goes_back_to_what_was_decided(
    home: Path,
) -> None:
    promote(home, 1, 2)
    write_labels(home, {"stable": 4})

    assert roll_back(home) == 2


def test_without_an_earlier_stable_there_is_nothing_to_go_back_to(home: Path) -> None:
    with open_ledger(home) as ledger:
        nothing_set = ledger.before
    write_labels(home, {"stable": 2})
    with open_ledger(home) as ledger:
        nothing_before = ledger.before

    assert nothing_set is None
    assert nothing_before is None


def test_other_labels_move_without_being_a_step_of_stable(home: Path) -> None:
    promote(home, 1, 2)

    with open_ledger(home) as ledger:
        ledger.label("canary", 3)
        before = ledger.before
        ledger.label("stable", 3)

    assert before == 1
    assert read_labels(home) == {"canary": 3, "stable": 3}
    assert read_releases(home).history[-1].action == "promoted"


def test_a_label_can_be_taken_away_which_is_kept_too(home: Path) -> None:
    promote(home, 2)
    with open_ledger(home) as ledger:
        ledger.label("canary", 3)

        ledger.remove_label("canary")

    assert read_labels(home) == {"stable": 2}
    last = read_releases(home).history[-1]
    assert (last.action, last.label, last.before) == ("label removed", "canary", 3)


@pytest.mark.parametrize("name", ["", "7", "a-b", "x" * 65, "ß", "a\n"])
def test_what_is_no_label_is_refused(home: Path, name: str) -> None:
    with open_ledger(home) as ledger, pytest.raises(ReleaseError, match="no label"):
        ledger.label(name, 1)

    assert read_labels(home) == {}


def test_what_is_not_there_can_be_neither_labelled_nor_taken_away(home: Path) -> None:
    with open_ledger(home) as ledger:
        with pytest.raises(ReleaseError, match=r"no version 9 .*\[1, 2, 3, 4, 5\]"):
            ledger.promote(9)
        with pytest.raises(ReleaseError, match="no label 'canary', expected one of"):
            ledger.remove_label("canary")

    assert not (home / RELEASES).exists()


def test_the_history_keeps_the_newest_decisions_only(home: Path) -> None:
    history = tuple(Decision(str(n), "labelled", 1, "old") for n in range(KEPT))
    write_releases(home, Releases({}, history))

    promote(home, 2)

    found = read_releases(home).history
    assert len(found) == KEPT
    assert (found[0].time, found[-1].version) == ("1", 2)


@pytest.mark.parametrize("name", [LABELS, RELEASES])
def test_a_damaged_file_is_named_and_left_as_it_is(home: Path, name: str) -> None:
    (home / name).write_text("{half")

    with pytest.raises(ArtifactError, match=name), open_ledger(home):
        pass

    assert (home / name).read_text() == "{half"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="none cannot be changed"):
        open_ledger(tmp_path / "none").__enter__()


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_stopped_between_two_steps_it_leaves_nothing_that_misleads(
    home: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    promote(home, 1, 2)
    with open_ledger(home) as ledger:
        ledger.refuse(3, "slow")
    renames, replace = itertools.count(1), os.replace

    def die(old: Path, new: Path) -> None:
        if next(renames) == fails_at:
            raise OSError(5, "Input/output error")
        replace(old, new)

    monkeypatch.setattr("service.versions.durable.os.replace", die)
    with pytest.raises(FolderError, match="Input/output error"):
        promote(home, 3)
    monkeypatch.undo()

    stable, refused = read_labels(home)["stable"], read_releases(home).refused
    assert stable == (3 if fails_at == 3 else 2)
    assert 3 not in refused or stable == 2, "the default is never one held as refused"
    assert roll_back(home) == (2 if stable == 3 else 1)


WRITER = """
import sys
from pathlib import Path
from service.versions.ledger import open_ledger
home, label, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for turn in range(count):
    with open_ledger(home) as ledger:
        ledger.label(label, 1 + turn % 5)
    print(turn, flush=True)
"""


def writer(home: Path, label: str, count: int) -> "subprocess.Popen[str]":
    """Another process that moves a label round and round."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), label, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_of_two_writers_at_once_neither_loses_what_the_other_decided(
    home: Path,
) -> None:
    writers = [writer(home, label, 40) for label in ("left", "right")]
    for process in writers:
        process.communicate()

    labelled = [decision.label for decision in read_releases(home).history]
    assert (labelled.count("left"), labelled.count("right")) == (40, 40)
    assert read_labels(home) == {"left": 5, "right": 5}


@pytest.mark.slow
def test_a_writer_that_is_killed_holds_up_nobody_and_breaks_nothing(home: Path) -> None:
    for lines in (1, 2, 3, 5, 8):
        process = writer(home, "canary", 10_000)
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
        process.communicate()

        promote(home, 2)

        assert read_labels(home)["stable"] == 2
        assert json.loads((home / RELEASES).read_text())["history"]
    assert {path.name for path in home.iterdir()} == {*"12345", LABELS, RELEASES}


def test_a_reader_needs_no_lock(home: Path) -> None:
    with open_ledger(home) as ledger:
        ledger.promote(4)

        assert read_labels(home) == {"stable": 4}


def test_the_lock_is_on_the_folder_and_is_let_go(home: Path) -> None:
    descriptor = os.open(home, os.O_RDONLY)
    try:
        with open_ledger(home), pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)
