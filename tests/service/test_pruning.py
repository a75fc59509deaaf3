"""Pruning: what goes, what never does, and what a reader sees meanwhile."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.artifact import version_numbers
from service.errors import FolderError
from service.versions.labels import write_labels
from service.versions.ledger import open_ledger
from service.versions.pruning import Pruned, prunable, prune
from service.versions.releases import read_releases
from tests.fakes import fake_version


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A model's folder with the fake versions 1 to 6."""
    for number in range(1, 7):
        fake_version(tmp_path, number)
    return tmp_path / "mnist"


def left(home: Path) -> list[int]:
    return list(version_numbers(home.parent, home.name))


def promote(home: Path, *versions: int) -> None:
    with open_ledger(home) as ledger:
        for version in versions:
            ledger.promote(version)


def test_the_newest_stay_and_the_others_go(home: Path) -> None:
    promote(home, 6)
    size = sum(p.stat().st_size for n in "123" for p in (home / n).iterdir())

    pruned = prune(home, 3, "tidy")

    assert pruned == Pruned((1, 2, 3), size)
    assert left(home) == [4, 5, 6]
    assert [path.name for path in home.iterdir() if path.name[0] == "."] == []
    last = read_releases(home).history[-1]
    assert (last.action, last.version, last.reason) == ("pruned", 3, "tidy")


def test_what_has_a_label_or_was_stable_before_stays(home: Path) -> None:
    promote(home, 1, 2)
    with open_ledger(home) as ledger:
        ledger.label("canary", 4)

    assert prune(home, 1).versions == (3, 5)
    assert left(home) == [1, 2, 4, 6]


def test_the_default_stays_though_every_newer_version_was_refused(home: Path) -> None:
    with open_ledger(home) as ledger:
        for number in (3, 4, 5, 6):
            ledger.refuse(number, "worse")

    prune(home, 2)

    assert left(home) == [1, 2, 5, 6]


def test_where_stable_points_nowhere_no_good_version_goes(home: Path) -> None:
    write_labels(home, {"stable": 9})

    assert prune(home, 1).versions == ()


def test_a_damaged_version_is_not_taken_for_the_default(home: Path) -> None:
    for number in ("5", "6"):
        (home / number / "manifest.json").unlink()

    prune(home, 1)

    assert left(home) == [1, 2, 3, 4, 6]


def test_nothing_is_held_against_the_number_of_a_version_that_went(home: Path) -> None:
    promote(home, 6)
    with open_ledger(home) as ledger:
        ledger.refuse(2, "slow")

    prune(home, 1)

    assert read_releases(home).refused == {}


def test_a_dry_run_changes_nothing_and_tells_the_same(home: Path) -> None:
    promote(home, 6)
    before = (home / "releases.json").read_bytes()

    told = prune(home, 2, dry_run=True)

    assert left(home) == [1, 2, 3, 4, 5, 6]
    assert (home / "releases.json").read_bytes() == before
    assert prune(home, 2) == told


def test_a_version_has_a_hidden_name_before_its_first_file_goes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(home, 6)
    seen: list[list[int]] = []
    real = shutil.rmtree

    def remove(folder: Path) -> None:
        seen.append(left(home))
        assert folder.name.startswith(".pruned-")
        real(folder)

    monkeypatch.setattr("service.versions.pruning.shutil.rmtree", remove)
    prune(home, 4)

    assert seen == [[3, 4, 5, 6]] * 2


def test_what_a_killed_pruning_left_goes_with_the_next(home: Path) -> None:
    (home / ".pruned-9-abc" / "9").mkdir(parents=True)
    (home / ".staging-x").mkdir()

    prune(home, 6)

    hidden = [path.name for path in home.iterdir() if path.name.startswith(".")]
    assert hidden == [".staging-x"]


def test_a_linked_version_goes_and_what_it_leads_to_stays(
    home: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (home / "1").rename(elsewhere)
    (home / "1").symlink_to(elsewhere)
    promote(home, 6)

    prune(home, 5)

    assert left(home) == [2, 3, 4, 5, 6]
    assert (elsewhere / "manifest.json").is_file()


def test_a_folder_that_cannot_be_changed_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(home, 6)

    def fail(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("service.versions.pruning.os.rename", fail)
    with pytest.raises(FolderError, match="mnist cannot be changed: Read-only"):
        prune(home, 1)

    assert left(home) == [1, 2, 3, 4, 5, 6]


def test_files_that_cannot_be_removed_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(home, 6)

    def fail(folder: Path) -> None:
        raise OSError(13, "Permission denied", os.fspath(folder))

    monkeypatch.setattr("service.versions.pruning.shutil.rmtree", fail)
    with pytest.raises(FolderError, match=r"pruned-.* cannot be removed, though no"):
        prune(home, 5)

    assert left(home) == [2, 3, 4, 5, 6]


@given(
    keep=st.integers(1, 8),
    labels=st.dictionaries(st.sampled_from(["stable", "canary"]), st.integers(1, 7)),
    refused=st.sets(st.integers(1, 6)),
    promoted=st.lists(st.integers(1, 6), max_size=4),
)
def test_whatever_was_decided_what_is_needed_stays(
    tmp_path_factory: pytest.TempPathFactory,
    keep: int,
    labels: dict[str, int],
    refused: set[int],
    promoted: list[int],
) -> None:
    home = tmp_path_factory.mktemp("models") / "mnist"
    for number in range(1, 7):
        (home / str(number)).mkdir(parents=True)
        (home / str(number) / "manifest.json").write_text(json.dumps({}))
    promote(home, *promoted)
    with open_ledger(home) as ledger:
        for number in refused:
            ledger.refuse(number, "worse")
    write_labels(home, labels)

    with open_ledger(home) as ledger:
        going = set(prunable(ledger, keep))
        before = ledger.before

    assert not going & {*labels.values(), before, 6}
    assert len(going) <= max(0, 6 - keep)
    if labels.get("stable") in (None, 7):
        good = {*range(1, 7)} - refused
        assert not good or max(good) not in going
