"""The page and its service: slow answers, none at all, two versions of the network."""

import shutil
from pathlib import Path

from playwright.sync_api import Route

from tests.browser.conftest import Visit
from tests.browser.handwriting import STROKES
from tests.browser.person import Person
from tests.load.server import running


def test_the_page_survives_that_the_service_goes_away_and_comes_back(
    visit: Visit, models_dir: Path, tmp_path: Path
) -> None:
    with running(models_dir, tmp_path / "log", WORKERS="1") as first:
        person = visit(url=first.url("/"))
        person.draw(7)
        assert person.settled() == 7
        port = str(first.port)
        first.stop()
    person.press("Clear")
    person.draw(2)
    person.hears("The service does not answer. Trying again in")

    with running(models_dir, tmp_path / "log2", WORKERS="1", PORT=port):
        person.hears("The service answers again.")
        person.reads(2)
        assert person.said("#trouble") == ""


def test_the_page_waits_for_a_service_that_was_away_when_it_was_opened(
    visit: Visit, models_dir: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with running(models_dir, log, WORKERS="1") as server:
        person = visit("/livez")
        person.page.route("**/version", lambda route: route.abort())
        person.page.goto(server.url("/"))
        person.hears("Trying again.")

        person.page.unroute("**/version")

        person.page.wait_for_function(
            "() => document.getElementById('version').length > 0"
        )
        person.draw(7)
        assert person.settled() == 7


def test_an_answer_that_comes_late_is_not_shown_over_a_newer_one(
    person: Person,
) -> None:
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    person.page.route("**/v1/classify*", hold_first)
    person.draw(7)
    person.page.wait_for_timeout(200)
    assert len(held) == 1  # one request at a time, however much is drawn meanwhile
    person.press("Clear")
    person.draw(2)
    person.reads(2)

    held[0].fulfill(status=404)
    person.page.wait_for_timeout(200)

    assert person.digit() == "2"


def test_two_versions_are_compared_side_by_side_on_one_drawing(person: Person) -> None:
    page = person.page
    page.get_by_role("button", name="A 6, test picture 625").click()
    person.reads(4)

    page.select_option("#against", "1")

    person.reads(4, panel=0)
    person.reads(6, panel=1)
    assert page.locator(".who").all_inner_texts() == ["Version 2", "Version 1"]
    left, right = (page.locator(".panel").nth(n).bounding_box() for n in (0, 1))
    assert left is not None
    assert right is not None
    assert right["x"] > left["x"]
    assert right["y"] == left["y"]
    page.select_option("#version", "1")
    person.reads(6, panel=0)
    page.select_option("#against", "")
    page.wait_for_function("() => document.querySelectorAll('.panel').length === 1")


def test_a_version_is_chosen_by_its_label_too(
    visit: Visit, models_dir: Path, tmp_path: Path
) -> None:
    shutil.copytree(models_dir / "mnist", tmp_path / "mnist")
    (tmp_path / "mnist" / "labels.json").write_text('{"canary": 1}')

    with running(tmp_path, tmp_path / "log", WORKERS="1") as server:
        person = visit(url=server.url("/"))
        person.page.select_option("#version", label="canary (1)")
        assert person.page.locator(".who").inner_text() == "Version 1"
        person.page.get_by_role("button", name="A 6, test picture 625").click()
        person.reads(6)

        card = person.page.locator(".card").get_attribute("href")

    assert card == "models/mnist/1/report"
    assert "Answered by mnist 1 in" in person.said(".took")


def test_the_reading_goes_on_while_a_stroke_is_drawn_slowly(person: Person) -> None:
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    ((zero,), _) = STROKES[0]

    person.draw_stroke(zero)
    person.settled()

    # Fewer than there were points: many changes, one request.
    assert 2 <= len([url for url in asked if "classify" in url]) < len(zero)
