"""The sheet of mistakes and the thumbnails on it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.normaliser import UNTOUCHED, Preprocessing
from tests.fakes import Digit, FakeEngine
from tests.service.encodings import encode
from tests.service.papers import beside
from tests.training.evaluations import place
from training.measuring import contact_sheet
from training.measuring.contact_sheet import draw_contact_sheet
from training.measuring.labels import Labelled
from training.measuring.reading import Reader, Reading
from training.measuring.scores import mistakes
from training.measuring.thumbnails import CUT, TILE, as_given, as_seen

CROPPED = Preprocessing(
    untouched=False,
    inverted=True,
    cropped=(20, 10, 60, 30),
    rotated=False,
    several=False,
)


@pytest.fixture
def reader(tmp_path: Path, engine: FakeEngine) -> Reader:
    """A version that the fake runs, over a folder with a three and a seven."""
    here = place(tmp_path)
    return Reader(here.version, "litert", here.pictures, {})


def wrong(file: str, digit: int | None = 7, problem: str | None = None) -> Reading:
    labelled = Labelled(file, 1, 2, {})
    return Reading(labelled, digit, None if digit is None else 0.91, problem)


def thumbnail(
    image: Image.Image, format_: str = "PNG", **options: object
) -> Image.Image:
    small = as_given(encode(image, format_, **options), 1_000_000)
    assert small is not None
    return small


def test_mistakes_come_the_most_confident_first_and_the_unread_last() -> None:
    readings = [
        Reading(Labelled(name, 1, 2, {}), digit, probability)
        for name, digit, probability in [
            ("unread", None, None),
            ("unsure", 2, 0.4),
            ("right", 1, 0.99),
            ("sure", 3, 0.9),
        ]
    ]

    assert [r.picture.file for r in mistakes(readings)] == ["sure", "unsure", "unread"]


def test_a_page_has_four_cards_a_row_and_at_most_so_many(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_sheet, "MOST", 5)
    heights = [
        draw_contact_sheet([wrong("seven.png")] * count, 20, reader).height
        for count in (0, 4, 5, 6, 20)
    ]

    assert heights[0] < heights[1] < heights[2]
    assert heights[2] == heights[3] == heights[4]


def test_the_digit_that_the_network_saw_is_on_the_card(
    reader: Reader, tmp_path: Path
) -> None:
    reading = wrong("seven.png")

    sheet = np.asarray(draw_contact_sheet([reading], 1, reader))

    seen = np.asarray(as_seen(reader.normalised(reading.picture).digit))
    top, left = contact_sheet._HEAD, contact_sheet._MARGIN + TILE + contact_sheet._GAP
    assert (sheet[top : top + TILE, left : left + TILE] == seen).all()


def test_a_file_that_is_no_picture_or_is_gone_has_a_card_too(
    reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "pictures/note.png").write_text("hello")
    unread = [wrong(name, None, "a reason") for name in ("note.png", "gone.png")]

    sheet = draw_contact_sheet(unread, 2, reader)

    assert sheet.height > TILE


def test_one_of_several_digits_is_marked(
    reader: Reader, tmp_path: Path, digits: list[Digit]
) -> None:
    pair = Image.fromarray(beside(digits[0].pixels, digits[8].pixels))
    (tmp_path / "pictures/pair.png").write_bytes(encode(pair, "PNG"))

    sheet = np.asarray(draw_contact_sheet([wrong("pair.png")], 1, reader))

    caption = sheet[contact_sheet._HEAD + TILE + 2 :]
    assert (caption == CUT).all(axis=2).any()


def test_a_long_name_with_strange_letters_fits_its_card() -> None:
    name = contact_sheet._fitting("a\nb" + "x" * 300 + ".png", 100)

    assert contact_sheet._SMALL.getlength(name) <= 100
    assert name.startswith("a?b")
    assert name.endswith(".png")
    assert contact_sheet._fitting("short.png", 100) == "short.png"


@pytest.mark.parametrize("size", [(8, 8), (80, 40), (2000, 1), (1, 2000)])
def test_a_thumbnail_has_a_longer_side_of_one_tile(size: tuple[int, int]) -> None:
    small = thumbnail(Image.new("RGB", size, "red"))

    assert max(small.size) == TILE
    assert min(small.size) >= 1
    assert small.getpixel((0, 0)) == (255, 0, 0)


def test_what_was_cut_out_is_framed_unless_nothing_was_done() -> None:
    encoded = encode(Image.new("RGB", (80, 40), "white"), "PNG")

    framed = as_given(encoded, 10_000, CROPPED)
    left = as_given(encoded, 10_000, UNTOUCHED)

    assert framed is not None
    rows, columns = np.nonzero((np.asarray(framed) == CUT).all(axis=2))
    assert (columns.min(), columns.max()) == (27, 84)
    assert (rows.min(), rows.max()) == (13, 42)
    assert left is not None
    assert left.getcolors() == [(TILE * 56, (255, 255, 255))]


def test_a_frame_around_the_whole_picture_is_seen_whole() -> None:
    encoded = encode(Image.new("RGB", (60, 30), "white"), "PNG")
    whole = Preprocessing(
        untouched=False,
        inverted=True,
        cropped=(0, 0, 60, 30),
        rotated=False,
        several=False,
    )

    framed = as_given(encoded, 10_000, whole)

    assert framed is not None
    assert framed.getpixel((0, 0)) == framed.getpixel((111, 55)) == CUT


def test_exif_turns_a_thumbnail_and_16_bits_are_not_clipped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = thumbnail(Image.new("RGB", (40, 80), "blue"), "PNG", exif=exif)
    deep = np.full((20, 20), 32768, np.uint16)

    assert turned.size == (112, 56)
    assert thumbnail(Image.fromarray(deep)).getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize("ink", ["black", "white"])
def test_transparent_pictures_show_bright_and_dark_ink(ink: str) -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    image.paste(Image.new("RGBA", (10, 20), ink), (0, 0))

    small = thumbnail(image)

    there, not_there = small.getpixel((10, 10)), small.getpixel((100, 10))
    assert isinstance(there, tuple)
    assert isinstance(not_there, tuple)
    assert abs(there[0] - not_there[0]) > 60


def test_bytes_that_the_service_would_not_decode_have_no_thumbnail() -> None:
    assert as_given(b"hello", 1000) is None
    assert as_given(encode(Image.new("L", (100, 100)), "PNG"), 9_999) is None
