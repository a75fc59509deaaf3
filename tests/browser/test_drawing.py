"""Drawing: it is read while it is drawn, and can be taken back."""

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.handwriting import STROKES
from tests.browser.person import Person

HOUSE = [(0.1, 0.9), (0.9, 0.4), (0.1, 0.4), (0.5, 0.05), (0.9, 0.4), (0.9, 0.9)]
HOUSE += [(0.1, 0.9), (0.1, 0.4), (0.9, 0.9)]
_, (SIX,) = STROKES[6]  # in one stroke
LINE = [(0.5, 0.15), (0.5, 0.85)]


@pytest.mark.parametrize("time", [0, 1])
def test_at_least_nine_of_ten_digits_drawn_as_a_person_wrote_them_are_read_right(
    person: Person, time: int
) -> None:
    """The first and the second picture of each digit in MNIST's test set.

    What people's pens left on paper, thinned to its middle line and followed from end
    to end, is drawn with the mouse. The first 5 is one that people take for a 6.
    """
    read = {}
    for digit in range(10):
        person.draw(digit, time)
        read[digit] = person.settled()
        person.press("Clear")
        person.sees_nothing()

    wrong = {digit: answer for digit, answer in read.items() if answer != digit}
    assert len(wrong) <= 1, wrong


def test_bars_sentences_version_and_time_tell_of_the_reading(person: Person) -> None:
    person.draw(7)

    assert person.settled() == 7
    assert re.search(r"Read as a 7, (over )?9\d\.\d% sure\.", person.said())
    assert "looks like a 7" in person.said(".typicality")
    assert re.search(r"Answered by mnist \d+ in [\d.]+ ms; ", person.said(".took"))
    bars = person.page.locator(".bars tbody tr")
    assert bars.count() == 10
    assert "7" in person.page.locator(".bars .top").inner_text()
    seen = person.page.locator("#seen")
    assert seen.get_attribute("aria-label") == "The digit, white on black"
    ink = seen.evaluate(
        "(canvas) => canvas.getContext('2d').getImageData(0, 0, 28, 28).data"
        ".filter((value, place) => place % 4 === 0 && value > 128).length"
    )
    assert 40 < ink < 250


def test_it_is_read_while_it_is_drawn(person: Person) -> None:
    person.draw_stroke(SIX, lift=False)

    person.reads(6)


def test_a_house_is_said_not_to_look_like_a_digit(person: Person) -> None:
    person.draw_stroke(HOUSE)

    person.settled()
    assert person.said(".typicality").startswith("This does not look like a digit")


def test_undo_takes_back_strokes_and_a_clear_and_redo_brings_them(
    person: Person,
) -> None:
    person.draw(6)
    person.reads(6)

    person.press("Clear")
    person.sees_nothing()
    person.press("Undo")
    person.reads(6)
    person.press("Undo")
    person.sees_nothing()
    person.press("Redo")
    person.reads(6)


def test_the_shortcuts_do_what_the_buttons_do(person: Person) -> None:
    keyboard = person.page.keyboard
    person.draw(6)
    person.reads(6)

    keyboard.press("c")
    person.sees_nothing()
    keyboard.press("Control+z")
    person.reads(6)
    keyboard.press("u")
    person.sees_nothing()
    keyboard.press("Control+Shift+Z")
    person.reads(6)
    keyboard.press("Delete")
    person.sees_nothing()
    keyboard.press("?")
    assert person.page.locator("#keyboard").get_attribute("open") is not None
    keyboard.press("v")
    assert person.page.evaluate("document.activeElement.id") == "version"


def test_single_letters_can_be_switched_off_and_stay_off(person: Person) -> None:
    person.page.locator("#keyboard summary").click()
    person.page.locator("#letters").uncheck()
    person.page.reload()
    person.page.wait_for_function("() => document.getElementById('version').length > 0")
    person.draw(6)
    person.reads(6)

    person.page.keyboard.press("c")
    person.page.keyboard.press("Control+z")

    person.sees_nothing()
    assert person.page.locator("#redo").is_enabled()  # by Ctrl Z, not by C


def test_a_finger_draws_and_a_second_one_does_not_disturb(visit: Visit) -> None:
    person = visit(has_touch=True, viewport={"width": 390, "height": 844})
    touch = person.page.context.new_cdp_session(person.page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [person.place(*point) for point in points]
        fingers = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
        event = {"type": kind, "touchPoints": fingers}
        touch.send("Input.dispatchTouchEvent", event)

    (x, y), *rest = SIX
    send("touchStart", (x, y))
    for x, y in rest:
        send("touchMove", (x, y), (0.1, 0.9))
    send("touchEnd")

    assert person.settled() == 6
    # On a telephone the reading is below: what is read is told above the pad too.
    assert re.fullmatch(r"6, (over )?\d\d\.\d%", person.said("#glance"))
    assert person.page.locator("#glance").bounding_box()["y"] < 300  # type: ignore[index]
    person.press("Clear")
    assert person.said("#glance") == ""


@pytest.mark.parametrize("pressure", [0.1, 0.9])
def test_a_pen_draws_as_wide_as_it_is_pressed(person: Person, pressure: float) -> None:
    person.page.evaluate(
        """([pressure, points]) => {
          const pad = document.getElementById("pad");
          const box = pad.getBoundingClientRect();
          pad.setPointerCapture = () => {};
          points.forEach(([x, y], place) => {
            const kind = place ? "pointermove" : "pointerdown";
            pad.dispatchEvent(new PointerEvent(kind, {
              pointerId: 5, pointerType: "pen", pressure, button: 0,
              clientX: box.x + x * box.width, clientY: box.y + y * box.height,
            }));
          });
          pad.dispatchEvent(new PointerEvent("pointerup", { pointerId: 5 }));
        }""",
        [pressure, LINE],
    )

    assert person.settled() == 1
    wide = person.page.locator("#pad").evaluate(
        "(pad) => pad.getContext('2d').getImageData(0, 224, 448, 1).data"
        ".filter((value, place) => place % 4 === 0 && value < 128).length"
    )
    assert (wide < 26) if pressure < 0.5 else (wide > 38)
