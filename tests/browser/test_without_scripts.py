"""With scripting off there is still a form, which is answered in HTML."""

import pytest
from playwright.sync_api import FilePayload

from tests.browser.conftest import Visit
from tests.browser.person import Person
from tests.fakes import Digit


@pytest.fixture
def reader(visit: Visit) -> Person:
    """Somebody whose browser runs no scripts."""
    return visit(java_script_enabled=False)


def test_a_picture_is_uploaded_and_read(reader: Person, digits: list[Digit]) -> None:
    five = next(digit for digit in digits if digit.label == 5)
    page = reader.page
    assert not page.locator("#pad").is_visible()
    assert not page.locator("#gallery").is_visible()

    page.get_by_label("Picture", exact=True).set_input_files(five.path)
    reader.press("Read it")

    assert "Read as a 5" in page.get_by_role("heading", level=1).inner_text()
    assert "looks like a 5" in page.inner_text("main")
    assert page.locator("tbody tr").count() == 10
    assert page.locator(".seen img").bounding_box() is not None
    assert page.title().startswith("Read as a 5")


def test_what_is_no_picture_is_refused_and_another_can_be_read(
    reader: Person, digits: list[Digit]
) -> None:
    page = reader.page
    wrong = FilePayload(name="a.png", mimeType="image/png", buffer=b"hello")
    page.get_by_label("Picture", exact=True).set_input_files(wrong)
    reader.press("Read it")
    assert "It could not be read" in page.inner_text("h1")
    assert "no readable picture" in page.inner_text("main")

    page.get_by_label("Picture", exact=True).set_input_files(digits[0].path)
    reader.press("Read it")

    assert "Read as a 0" in page.inner_text("h1")
