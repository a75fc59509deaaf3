"""Copy as curl, copy as Python: what is copied works where it is pasted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.person import Person

DIALECTS = ("own", "tfserving", "openinference")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_copied_curl_gets_the_answer_that_the_page_shows(
    person: Person, dialect: str
) -> None:
    command = _copied(person, dialect, "curl")

    ran = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True
    )

    _check(dialect, json.loads(ran.stdout))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_copied_python_gets_the_answer_that_the_page_shows(
    person: Person, dialect: str, tmp_path: Path
) -> None:
    program = tmp_path / "pasted.py"
    program.write_text(_copied(person, dialect, "Python"), encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-I", program], capture_output=True, text=True, check=True
    )

    # It prints what it got as Python does: no true and false among it.
    _check(dialect, eval(ran.stdout, {}))  # noqa: S307, our own program's output


def test_there_is_nothing_to_copy_before_something_is_drawn(person: Person) -> None:
    person.page.locator("#code summary").click()

    assert person.page.locator("#copy-curl").is_disabled()
    assert person.said("#recipe") == "Draw a digit first."


def test_where_the_clipboard_is_closed_the_text_is_selected(person: Person) -> None:
    person.draw(7)
    person.settled()
    person.page.locator("#code summary").click()
    person.page.evaluate("() => { navigator.clipboard.writeText = null; }")

    person.press("Copy as curl")

    person.hears("press Ctrl C")
    selected = person.page.evaluate("() => window.getSelection().toString()")
    assert selected.startswith("curl -H 'Content-Type: application/json'")


def _copied(person: Person, dialect: str, language: str) -> str:
    """A seven is drawn, and its request is on the clipboard."""
    page = person.page
    person.draw(7)
    assert person.settled() == 7
    page.locator("#code summary").click()
    page.select_option("#dialect", dialect)
    person.press(f"Copy as {language}")
    person.hears(f"Copied: {language}")
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def _check(dialect: str, answer: dict[str, Any]) -> None:
    match dialect:
        case "own":
            assert answer["predictions"][0]["digit"] == 7
            return
        case "tfserving":
            (probabilities,) = answer["predictions"]
        case _:
            probabilities = answer["outputs"][0]["data"]
    assert max(range(10), key=probabilities.__getitem__) == 7
