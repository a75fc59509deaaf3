"""Why it answered so: a heat map, in colours that all can tell apart, and words."""

from tests.browser.person import Person

COLOURS = """
(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const count = { orange: 0, blue: 0 };
  for (let place = 0; place < data.length; place += 4) {
    if (data[place] > data[place + 2] + 60) count.orange += 1;
    if (data[place + 2] > data[place] + 60) count.blue += 1;
  }
  return count;
}
"""


def _open(person: Person) -> None:
    person.page.locator("#why summary").click()


def test_the_reading_is_explained_against_the_runner_up(person: Person) -> None:
    _open(person)
    assert person.said("#because") == "Draw a digit first."

    person.draw(7)
    person.hears("times likelier to be a 7 than a ")

    runner_up = person.page.locator("#not-digit").input_value()
    assert person.page.locator("#for-digit").input_value() == "7"
    assert person.said("#legend-for") == "Orange speaks for the 7"
    assert person.said("#legend-not") == f"Blue speaks for the {runner_up}"
    colours = person.page.locator("#heat").evaluate(COLOURS)
    assert colours["orange"] > 144  # each of the 784 pixels is 12 x 12 of the canvas
    assert colours["blue"] > 0


def test_any_two_digits_can_be_compared_and_one_with_all_others(
    person: Person,
) -> None:
    _open(person)
    person.draw(7)
    person.hears("likelier to be a 7")

    person.page.select_option("#for-digit", "2")
    person.page.select_option("#not-digit", "7")
    person.page.get_by_text("Orange speaks for the 2").wait_for()
    person.hears("likelier to be a 7 than a 2")
    person.page.select_option("#not-digit", "others")
    person.hears("another digit")
    person.page.select_option("#not-digit", "2")
    person.hears("choose two different digits")

    person.press("Clear")
    person.hears("Draw a digit first.")
    person.draw(2)
    person.hears("likelier to be a 2")


def test_nothing_is_asked_while_the_section_is_closed(person: Person) -> None:
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.draw(7)
    person.settled()
    assert not any("explain" in url for url in asked)

    _open(person)
    person.hears("likelier to be a 7")

    assert any("explain" in url for url in asked)
