"""Pictures from elsewhere: chosen, dropped, pasted, photographed, from the gallery."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.person import Person
from tests.fakes import Digit
from training.measuring.photographs import Photograph, photograph

DROP = """
([event, base64, type]) => {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "picture", { type }));
  const init = { bubbles: true, cancelable: true };
  document.getElementById("pad").dispatchEvent(event === "paste"
    ? new ClipboardEvent("paste", { ...init, clipboardData: data })
    : new DragEvent("drop", { ...init, dataTransfer: data }));
}
"""


@pytest.fixture(scope="module")
def photo(digits: list[Digit]) -> Photograph:
    """A photograph of a handwritten seven on paper."""
    seven = next(digit for digit in digits if digit.path.name == "7_0.png")
    random = np.random.default_rng(1)
    return photograph(seven.pixels.reshape(28, 28), (900, 1100), random)


def _hand_over(person: Person, event: str, picture: bytes, media_type: str) -> None:
    encoded = base64.b64encode(picture).decode()
    person.page.evaluate(DROP, [event, encoded, media_type])


def test_a_photograph_that_is_dropped_is_shown_and_read(
    person: Person, photo: Photograph
) -> None:
    _hand_over(person, "drop", photo.encoded, photo.media_type)

    assert person.settled() == 7
    assert not person.page.locator("#hint").is_visible()


def test_a_picture_that_is_pasted_is_read(person: Person, digits: list[Digit]) -> None:
    four = next(digit for digit in digits if digit.label == 4)

    _hand_over(person, "paste", four.encoded, "image/png")

    assert person.settled() == 4


def test_a_picture_on_the_clipboard_is_pasted_with_the_keyboard_and_the_button(
    person: Person,
) -> None:
    person.draw(7)
    person.settled()
    person.page.evaluate(
        """async () => {
          const pad = document.getElementById("pad");
          const blob = await new Promise((done) => pad.toBlob(done, "image/png"));
          await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }"""
    )

    for paste in ("key", "button"):
        person.press("Clear")
        person.sees_nothing()
        if paste == "key":
            person.page.keyboard.press("Control+v")
        else:
            person.press("Paste")
        person.reads(7)


def test_a_file_is_chosen_by_keyboard_alone(
    person: Person, tmp_path: Path, photo: Photograph
) -> None:
    file = tmp_path / "photo"
    file.write_bytes(photo.encoded)

    page = person.page
    with page.expect_event("filechooser") as chooser:
        page.evaluate("() => null")  # the browser knows by now that it is expected
        page.keyboard.press("o")
    chooser.value.set_files(file)

    assert person.settled() == 7


def test_a_picture_that_the_browser_cannot_show_is_read_all_the_same(
    person: Person, digits: list[Digit]
) -> None:
    two = next(digit for digit in digits if digit.label == 2)
    tiff = io.BytesIO()
    Image.fromarray(two.pixels.reshape(28, 28)).save(tiff, "TIFF")

    _hand_over(person, "drop", tiff.getvalue(), "image/tiff")

    assert person.settled() == 2


def test_what_is_no_picture_is_refused_in_words(person: Person) -> None:
    _hand_over(person, "drop", b"hello", "text/plain")
    person.hears("That is no picture.")

    _hand_over(person, "drop", b"hello", "image/png")
    person.hears("no readable picture")

    assert person.digit() == "?"
    assert "no readable picture" in person.said()


def test_the_camera_takes_a_picture(person: Person) -> None:
    person.press("Camera")
    person.page.wait_for_function(
        "() => document.getElementById('video').videoWidth > 0"
    )

    person.press("Take the picture")

    # The browser's own test picture is no digit, but it came through.
    person.page.wait_for_function(
        "() => document.querySelector('.digit').textContent !== '\\u2013'"
    )
    assert not person.page.locator("#viewfinder").is_visible()
    assert not person.page.locator("#hint").is_visible()


def test_the_camera_is_closed_without_a_picture(person: Person) -> None:
    person.page.keyboard.press("p")
    person.page.wait_for_function(
        "() => document.getElementById('video').videoWidth > 0"
    )

    person.press("Cancel")

    assert person.page.evaluate("document.getElementById('video').srcObject") is None
    person.sees_nothing()


def test_a_digit_of_the_gallery_is_read_when_it_is_clicked(person: Person) -> None:
    plain = person.page.locator("#plain button")
    plain.last.wait_for()
    assert plain.count() == 10

    for digit in range(10):
        plain.nth(digit).click()
        person.reads(digit)


def test_the_gallery_has_digits_that_the_network_reads_wrong(person: Person) -> None:
    wrong = person.page.get_by_role("button", name="A 6, test picture 625")
    wrong.focus()
    person.page.keyboard.press("Enter")

    assert person.settled() == 4
    assert "version 2 reads 4" in (wrong.get_attribute("title") or "")


def test_what_is_drawn_onto_a_picture_is_read_with_it(person: Person) -> None:
    person.page.locator("#plain button").first.wait_for()
    blank = io.BytesIO()
    Image.new("L", (64, 64), 255).save(blank, "PNG")
    _hand_over(person, "drop", blank.getvalue(), "image/png")
    person.hears("blank")

    person.draw(7)

    assert person.settled() == 7
