"""How the page comes: how soon it is there, and what it looks like."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from PIL.Image import Dither

from tests.browser.conftest import Visit
from tests.load.server import ROOT

FOLDER = ROOT / "docs/screenshots"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (390, 1280)]
LARGEST = 100_000


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


def test_the_first_paint_comes_soon_after_the_first_byte(visit: Visit) -> None:
    person = visit()

    milliseconds = person.page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => {
          const [first] = list.getEntriesByName("first-paint");
          const { responseStart } = performance.getEntriesByType("navigation")[0];
          if (first) done(first.startTime - responseStart);
        }).observe({ type: "paint", buffered: true }))"""
    )

    # Only printed: on a busy machine it may be anything. `pytest -s` shows it.
    print(f"first paint {milliseconds:.0f} ms after the first byte")  # noqa: T201
    assert milliseconds > 0
