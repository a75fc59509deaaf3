"""How far a long piece of work is told to be."""

import pytest

from training.measuring import progress
from training.measuring.progress import shown

Output = pytest.CaptureFixture[str]


def test_on_a_terminal_a_bar_fills_and_its_line_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert list(shown("abcd", "pictures read")) == ["a", "b", "c", "d"]

    said = capsys.readouterr()
    *_, half, _, whole = said.err.split("\r")
    assert half == f"[{'#' * 20}{' ' * 20}] 2 of 4 pictures read"
    assert whole == f"[{'#' * 40}] 4 of 4 pictures read\n"
    assert said.out == ""


def test_elsewhere_there_is_a_line_now_and_then_and_none_for_little_work(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", 2)

    assert list(shown("abcd", "pictures read")) == ["a", "b", "c", "d"]
    assert capsys.readouterr().err == "2 of 4 pictures read\n"
    assert list(shown("a", "pictures read")) == ["a"]
    assert capsys.readouterr().err == ""
