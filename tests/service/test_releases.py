"""What was decided about versions, read from a file beside them."""

import json
from pathlib import Path

import pytest

from service.errors import ArtifactError
from service.releases import RELEASES, Decision, Releases, read_releases


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
    "text", ["{", "[]", '{"refused": {"x": 1}}', '{"history": [{}]}', '{"history": 1}']
)
def test_what_is_no_list_of_decisions_is_refused_with_the_file_named(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / RELEASES).write_text(text)

    with pytest.raises(ArtifactError, match=RELEASES):
        read_releases(tmp_path)
