"""What was decided about versions, read from a file beside them."""

import json
from pathlib import Path

import pytest

from service.errors import ArtifactError
from service.versions.labels import write_labels
from service.versions.releases import (
    RELEASES,
    Decision,
    Releases,
    default_version,
    last_number,
    read_releases,
    write_releases,
)


def test_a_model_without_the_file_has_no_decisions(tmp_path: Path) -> None:
    assert read_releases(tmp_path) == Releases()


def test_refusals_and_decisions_are_read_as_written(tmp_path: Path) -> None:
    promoted = {"time": "2026-11-22T12:00:00Z", "action": "promoted", "version": 2}
    document = {"refused": {"4": "less accurate"}, "history": [promoted]}
    (tmp_path / RELEASES).write_text(json.dumps(document))

    releases = read_releases(tmp_path)

    assert releases.refused == {4: "less accurate"}
    assert releases.history == (Decision("2026-11-22T12:00:00Z", "promoted", 2),)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"refused": {"x": 1}}',
        '{"history": [{}]}',
        '{"history": 1}',
        '{"history": [{"time": "", "action": "", "version": "2"}]}',
        '{"history": [{"time": "", "action": "", "version": 2, "before": true}]}',
        '{"history": [{"time": 0, "action": "", "version": 2}]}',
    ],
)
def test_what_is_no_list_of_decisions_is_refused_with_the_file_named(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / RELEASES).write_text(text)

    with pytest.raises(ArtifactError, match=RELEASES):
        read_releases(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / RELEASES).mkdir()

    with pytest.raises(ArtifactError, match=rf"{RELEASES} cannot be read: Is a dir"):
        read_releases(tmp_path)


@pytest.mark.parametrize(
    ("labels", "refused", "default"),
    [
        ({"stable": 2}, {}, 2),
        ({"stable": 2}, {2: "though refused"}, 2),
        ({"canary": 2}, {}, 3),
        ({}, {3: "worse"}, 2),
        ({"stable": 9}, {3: "worse"}, 2),
        ({}, {1: "", 2: "", 3: ""}, None),
    ],
)
def test_the_default_is_stable_else_the_newest_that_was_not_refused(
    labels: dict[str, int], refused: dict[int, str], default: int | None
) -> None:
    assert default_version((1, 2, 3), labels, Releases(refused)) == default


def test_a_number_counts_as_given_by_whatever_still_speaks_of_it(
    tmp_path: Path,
) -> None:
    home = tmp_path / "mnist"
    assert last_number(home) == 0
    (home / "2").mkdir(parents=True)
    assert last_number(home) == 2
    write_labels(home, {"canary": 3})
    assert last_number(home) == 3
    write_releases(home, Releases({4: "worse"}))
    assert last_number(home) == 4
    write_releases(home, Releases({}, (Decision("now", "pruned", 5),)))
    assert last_number(home) == 5
