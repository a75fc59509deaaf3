"""What axe-core finds, in light and dark, at two widths, in every state: nothing."""

import shutil
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest
import requests

from tests.browser.conftest import Visit, lacking
from tests.browser.person import Person
from tests.fakes import Digit
from tests.load.server import Server

PACKAGE = "axe-core@4.14.1"
SCRIPT = "package/axe.min.js"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SCHEMES = ("light", "dark")
WIDTHS = (320, 1280)

every_look = [(scheme, width) for scheme in SCHEMES for width in WIDTHS]


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """The source of axe-core, by npm, kept between runs."""
    assert request.config.cache is not None
    kept: Path = request.config.cache.mkdir("axe-core") / f"{PACKAGE}.js"
    if not kept.exists():
        kept.write_bytes(_fetched(kept.parent))
    source = kept.read_text(encoding="utf-8")
    assert sha256(source.encode()).hexdigest() == SHA256
    return source


def _fetched(folder: Path) -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        lacking(f"{PACKAGE} comes with npm, which is not installed")
    command = [npm, "pack", "--prefer-offline", "--silent", PACKAGE]
    packed = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if packed.returncode != 0:
        lacking(f"npm cannot fetch {PACKAGE}: {packed.stderr[:300]}")
    with tarfile.open(folder / packed.stdout.strip()) as package:
        file = package.extractfile(SCRIPT)
        assert file is not None
        return file.read()


def _violations(person: Person, axe: str) -> list[str]:
    person.page.evaluate(axe)
    result = person.page.evaluate("() => axe.run()")
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def _overflow(person: Person) -> int:
    """How far the page is wider than its window, in pixels."""
    return int(
        person.page.evaluate(
            "() => document.documentElement.scrollWidth - window.innerWidth"
        )
    )


@pytest.mark.parametrize(("scheme", "width"), every_look)
def test_the_page_has_no_violation_empty_or_comparing_with_everything_open(
    visit: Visit, axe: str, scheme: str, width: int
) -> None:
    person = visit(color_scheme=scheme, viewport={"width": width, "height": 900})
    person.page.locator("#misread button").last.wait_for()
    assert _violations(person, axe) == []

    person.draw(7)
    person.settled()
    person.page.select_option("#against", "1")
    person.reads(7, panel=1)
    for section in ("why", "code", "keyboard"):
        person.page.locator(f"#{section} summary").click()
    person.page.wait_for_timeout(600)

    assert _violations(person, axe) == []
    assert _overflow(person) <= 0


@pytest.mark.parametrize(("scheme", "width"), every_look)
def test_a_report_has_no_violation(
    visit: Visit, axe: str, scheme: str, width: int
) -> None:
    person = visit(
        "/models/mnist/2/report",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )

    assert _violations(person, axe) == []
    assert _overflow(person) <= 0


@pytest.mark.parametrize(("scheme", "width"), every_look)
def test_the_status_page_has_no_violation(
    visit: Visit, axe: str, digits: list[Digit], server: Server, scheme: str, width: int
) -> None:
    for digit in digits[:5]:
        requests.post(server.url("/read"), files={"image": digit.encoded}, timeout=60)
    person = visit(
        "/status", color_scheme=scheme, viewport={"width": width, "height": 900}
    )

    assert person.page.locator("tbody tr").count() > 10
    assert _violations(person, axe) == []
    assert _overflow(person) <= 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_answer_to_the_form_has_no_violation(
    visit: Visit, axe: str, scheme: str, models_dir: Path
) -> None:
    person = visit(
        "/livez", color_scheme=scheme, viewport={"width": 320, "height": 700}
    )
    seven = models_dir.parent / "tests/data/digits/7_0.png"
    # The form is there for those without scripts; axe needs them.
    person.page.set_content(
        '<form action="/read" method="post" enctype="multipart/form-data">'
        '<input type="file" name="image"><button>Read it</button></form>'
    )
    person.page.set_input_files("input", seven)
    person.press("Read it")
    person.page.wait_for_url("**/read")

    assert _violations(person, axe) == []
    assert _overflow(person) <= 0


def test_everything_is_reached_with_the_tab_key(visit: Visit) -> None:
    person = visit()
    person.page.locator("#misread button").last.wait_for()
    reached = set()
    for _ in range(60):
        person.page.keyboard.press("Tab")
        reached.add(person.page.evaluate("() => document.activeElement.id"))

    assert {"choose", "paste", "camera", "version", "against"} <= reached
