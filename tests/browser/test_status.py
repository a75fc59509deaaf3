"""The status page before a person: fresh by itself, still when asked to be."""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image
from PIL.Image import Dither

from tests.browser.conftest import Visit
from tests.browser.person import Person
from tests.fakes import Digit
from tests.load.server import Server, running
from tests.service.test_web_status import cells

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
LARGEST = 120_000
SOON = "() => { const timer = setTimeout; setTimeout = (f) => timer(f, 50); }"
"""What the page does every few seconds is done at once."""
PNG = {"Content-Type": "image/png"}


def read(server: Server, digits: list[Digit], times: int = 1, query: str = "") -> None:
    """Have the service read each of the digits so often."""
    url = server.url(f"/v1/classify{query}")
    with requests.Session() as session:
        for digit in digits * times:
            session.post(url, digit.encoded, headers=PNG, timeout=60)


def classified(person: Person) -> int:
    """How many requests to classify the page shows."""
    rows = cells(person.page.content(), "Requests by part")
    return next((int(row[1]) for row in rows if row[0] == "Classify"), 0)


@pytest.fixture(scope="module")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A service that has not been asked for much yet: counts below a thousand."""
    log = tmp_path_factory.mktemp("status") / "log"
    with running(models_dir, log, WORKERS="1") as server:
        yield server


@pytest.fixture
def watcher(visit: Visit, server: Server) -> Person:
    """Somebody with the status page open, which does not wait for seconds."""
    person = visit("/livez")
    person.page.add_init_script(f"({SOON})()")
    person.page.goto(server.url("/status"))
    return person


def waits_for(person: Person, number: int) -> None:
    """Until the page shows so many requests to classify."""
    person.page.wait_for_function(
        "(n) => [...document.querySelectorAll('#facts tr')].some((row) =>"
        " row.cells[0].textContent === 'Classify' && row.cells[1].textContent === n)",
        arg=str(number),
    )


def test_the_numbers_follow_what_is_asked(
    watcher: Person, server: Server, digits: list[Digit]
) -> None:
    before = classified(watcher)

    read(server, digits[:3])

    waits_for(watcher, before + 3)


def test_a_paused_page_stays_as_it_is_until_it_goes_on(
    watcher: Person, server: Server, digits: list[Digit]
) -> None:
    watcher.press("Pause")
    watcher.hears("Paused.")
    watcher.page.wait_for_timeout(300)  # for one that was under way
    before = classified(watcher)

    read(server, digits[:2])
    watcher.page.wait_for_timeout(500)
    assert classified(watcher) == before
    watcher.press("Go on")

    waits_for(watcher, before + 2)


def test_the_numbers_stay_while_somebody_is_among_them(
    watcher: Person, server: Server, digits: list[Digit]
) -> None:
    watcher.page.get_by_role("group", name="Requests by part").focus()
    watcher.page.wait_for_timeout(300)
    before = classified(watcher)

    read(server, digits[:2])
    watcher.page.wait_for_timeout(500)
    assert classified(watcher) == before
    watcher.page.get_by_role("button", name="Pause").focus()

    waits_for(watcher, before + 2)


def test_a_service_that_goes_away_is_told_and_so_is_its_return(
    watcher: Person,
) -> None:
    watcher.page.route("**/status", lambda route: route.abort())
    watcher.hears("The service does not answer; the numbers are from before.")

    watcher.page.unroute("**/status")

    watcher.page.wait_for_function(
        "() => document.getElementById('told').textContent === ''"
    )


def test_without_scripts_it_has_everything_and_is_read_again_by_a_link(
    visit: Visit, server: Server, digits: list[Digit]
) -> None:
    person = visit("/status", java_script_enabled=False)
    before = classified(person)
    assert "Ready: version" in person.page.inner_text("h1")
    assert not person.page.locator("#pause").is_visible()

    read(server, digits[:1])
    person.page.get_by_role("link", name="Read again").click()

    assert classified(person) == before + 1


def test_it_is_seen_as_the_readme_shows_it(
    visit: Visit, models_dir: Path, tmp_path: Path, digits: list[Digit]
) -> None:
    """MNIST_TESTS_SCREENSHOTS=1 writes the picture of the README anew."""
    writing = os.environ.get("MNIST_TESTS_SCREENSHOTS") == "1"
    path = (FOLDER if writing else tmp_path) / "status-light-1280.png"
    models = tmp_path / "models"
    shutil.copytree(models_dir / "mnist", models / "mnist")
    (models / "mnist/labels.json").write_text('{"stable": 2, "canary": 1}')
    canary = {"WORKERS": "2", "MNIST_CANARY": "canary:5", "MNIST_SHADOW": "canary"}
    with running(models, tmp_path / "log", **canary) as server:
        read(server, digits, times=13)
        read(server, digits[:20], query="?version=1")
        for _ in range(7):
            url = server.url("/v1/classify")
            requests.post(url, b"no picture", headers=PNG, timeout=60)

        person = visit(url=server.url("/status"), viewport={"width": 1280, "height": 9})
        taken = person.page.screenshot(full_page=True, animations="disabled")

    with Image.open(io.BytesIO(taken)) as image:
        image.convert("RGB").quantize(256, kmeans=2, dither=Dither.NONE).save(
            path, optimize=True
        )
    assert classified(person) == 13 * len(digits) + 27
    assert path.stat().st_size < LARGEST
