"""What a person does before the page, and sees on it."""

from collections.abc import Sequence

from playwright.sync_api import Page

from tests.browser.handwriting import STROKES, Point


class Person:
    """Somebody with a mouse and a keyboard, who waits until a reading is there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def draw(self, digit: int, time: int = 1) -> None:
        """Draw `digit` as it was written that time; what was there before stays."""
        for stroke in STROKES[digit][time]:
            self.draw_stroke(stroke)

    def draw_stroke(self, points: Sequence[Point], lift: bool = True) -> None:
        """Draw through `points`, across and down the pad, 0..1."""
        mouse = self.page.mouse
        self.page.locator("#pad").scroll_into_view_if_needed()
        (left, top), (right, bottom) = self.place(0, 0), self.place(1, 1)
        places = [
            (left + x * (right - left), top + y * (bottom - top)) for x, y in points
        ]
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place)
        if lift:
            mouse.up()

    def place(self, across: float, down: float) -> tuple[float, float]:
        """Where that point of the pad is in the window, in pixels."""
        box = self.page.locator("#pad").bounding_box()
        assert box is not None
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def press(self, name: str) -> None:
        """Click the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def digit(self, panel: int = 0) -> str:
        """The digit that the page shows now, as it is written there."""
        return self.page.locator(".digit").nth(panel).inner_text()

    def reads(self, digit: int | str, panel: int = 0) -> None:
        """Wait until the page shows `digit`."""
        self.page.wait_for_function(
            "([n, d]) => document.querySelectorAll('.digit')[n]?.textContent === d",
            arg=[panel, str(digit)],
        )

    def sees_nothing(self) -> None:
        """Wait until the page shows a dash, where nothing is read."""
        self.reads("\N{EN DASH}")

    def settled(self) -> int:
        """The digit that is read once everything that was drawn has been asked."""
        self.page.wait_for_function(
            "() => document.getElementById('readings').ariaBusy === 'false' &&"
            " document.getElementById('spoken').textContent.includes('Read as')"
        )
        return int(self.digit())

    def said(self, selector: str = ".said") -> str:
        """The text of the first element of that selector."""
        return self.page.locator(selector).first.inner_text()

    def hears(self, words: str) -> None:
        """Wait until a screen reader would say `words`, or show them as trouble."""
        self.page.wait_for_function(
            "(words) => [...document.querySelectorAll('[role=status], [role=alert]')]"
            ".some((region) => region.textContent.includes(words))",
            arg=words,
        )
