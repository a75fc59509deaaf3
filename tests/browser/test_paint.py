"""How the page comes: how soon it is there, and what it looks like."""

import io
import os
import statistics
from pathlib import Path

import pytest
from PIL import Image
from PIL.Image import Dither
from playwright.sync_api import Browser, Route

from tests.browser.conftest import Visit, window
from tests.load.server import ROOT, Server

FOLDER = ROOT / "docs/screenshots"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (390, 1280)]
LARGEST = 100_000

ROUNDS = 10
OPEN = 1000
"""Milliseconds that a window has been open when the page is asked for.

Opening one keeps two cores busy for about half of that, which is no time of the page.
"""
FIRST_PAINT = """() => new Promise((done) => new PerformanceObserver((list) => {
  const [first] = list.getEntriesByName("first-paint");
  const { responseStart } = performance.getEntriesByType("navigation")[0];
  if (first) done(first.startTime - responseStart);
}).observe({ type: "paint", buffered: true }))"""
"""Milliseconds from the first byte of the page to the first paint of it.

/livez, a line of text, is what this browser needs on this machine for any page."""


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_page_is_seen_as_the_readme_shows_it(
    visit: Visit, scheme: str, width: int, tmp_path: Path
) -> None:
    """MNIST_TESTS_SCREENSHOTS=1 writes the pictures of the README anew."""
    writing = os.environ.get("MNIST_TESTS_SCREENSHOTS") == "1"
    path = (FOLDER if writing else tmp_path) / f"page-{scheme}-{width}.png"
    person = visit(color_scheme=scheme, viewport={"width": width, "height": 700})
    person.page.locator("#misread button").last.wait_for()
    person.draw(4)
    assert person.settled() == 4

    person.page.locator("#why summary").click()
    person.page.locator("#heat-figure").wait_for()
    person.page.mouse.move(0, 0)
    person.page.evaluate(
        "() => { document.activeElement.blur(); window.scroll(0, 0); }"
    )
    taken = person.page.screenshot(full_page=True, animations="disabled")
    with Image.open(io.BytesIO(taken)) as image:  # with a palette, half as many bytes
        image.convert("RGB").quantize(256, dither=Dither.NONE).save(path, optimize=True)

    assert path.stat().st_size < LARGEST


def test_what_works_only_with_the_scripts_is_shown_when_they_are_there(
    browser: Browser, server: Server
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with window(browser) as page:
        page.route("**/page.js", hold)
        with page.expect_request("**/page.js"):
            page.goto(server.url("/"))
        page.wait_for_function("() => performance.getEntriesByType('paint').length > 0")

        assert page.locator("h1").is_visible()
        assert page.locator("#pad").is_visible()
        assert page.locator("nav a").count() == 3
        assert not any(part.is_visible() for part in page.locator(".later").all())
        assert not any(button.is_visible() for button in page.locator("button").all())

        held[0].continue_()
        page.locator("#gallery[hidden]").wait_for(state="detached")
        assert all(part.is_visible() for part in page.locator(".later").all())


def test_the_first_paint_comes_soon_after_the_first_byte(
    browser: Browser, server: Server
) -> None:
    """On localhost, in a browser that is already open and has nothing of the page.

    Each visit is in a new window with a profile and a cache of its own, by turns to the
    page and to /livez; the first of each is not counted.
    """
    times: dict[str, list[float]] = {"/": [], "/livez": []}

    for _ in range(1 + ROUNDS):
        for path, measured in times.items():
            with window(browser) as page:
                page.wait_for_timeout(OPEN)
                page.goto(server.url(path))
                measured.append(page.evaluate(FIRST_PAINT))

    # Only printed: on a busy machine it may be anything. `pytest -s` shows it.
    for path, measured in times.items():
        least, middle = min(measured[1:]), statistics.median(measured[1:])
        print(f"{path}: first paint {least:.0f} ms, median {middle:.0f} ms")  # noqa: T201
    assert min(*times["/"], *times["/livez"]) > 0
