"""The mistakes on one page: each picture as given beside what the network saw.

Draws readings that were found wrong; finding and ordering them is left to
`training.measuring.scores`.
"""

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from service.errors import RequestError
from training.errors import WriteError
from training.measuring.reading import Reader, Reading
from training.measuring.resealing import replace_file
from training.measuring.thumbnails import CUT, TILE, as_given, as_seen

MOST = 200
"""So many mistakes are drawn at most: a page of some 8,000 pixels."""

_COLUMNS = 4
_GAP = 8
_MARGIN = 28
_CARD = 2 * TILE + _GAP
_PITCH = TILE + 72
_HEAD = 92
_PAPER, _TILE_PAPER, _EDGE = (255, 255, 255), (237, 239, 242), (208, 212, 218)
_INK, _FAINT = (28, 31, 36), (104, 111, 121)
_TITLE, _CAPTION, _SMALL = (ImageFont.load_default(size) for size in (22, 16, 12))


def write_contact_sheet(
    path: Path, wrong: Sequence[Reading], pictures: int, reader: Reader
) -> None:
    """Write a PNG of the first MOST of `wrong` out of so many `pictures`.

    Beside `path` first, then renamed. Raises WriteError where the disk fails.
    """
    encoded = io.BytesIO()
    draw_contact_sheet(wrong, pictures, reader).save(encoded, "PNG")
    try:
        replace_file(path, encoded.getvalue())
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror}") from error


def draw_contact_sheet(
    wrong: Sequence[Reading], pictures: int, reader: Reader
) -> Image.Image:
    """The page, RGB, four cards a row; only a heading where nothing is wrong."""
    shown = wrong[:MOST]
    rows = -(-len(shown) // _COLUMNS)
    width = 2 * _MARGIN + _COLUMNS * _CARD + (_COLUMNS - 1) * _MARGIN
    sheet = Image.new("RGB", (width, _HEAD + rows * _PITCH + _MARGIN), _PAPER)
    _draw_heading(sheet, len(shown), len(wrong), pictures, reader)
    for place, reading in enumerate(shown):
        row, column = divmod(place, _COLUMNS)
        left = _MARGIN + column * (_CARD + _MARGIN)
        sheet.paste(_card(reading, reader), (left, _HEAD + row * _PITCH))
    return sheet


def _draw_heading(
    sheet: Image.Image, shown: int, wrong: int, pictures: int, reader: Reader
) -> None:
    draw = ImageDraw.Draw(sheet)
    title = f"{wrong} of {pictures} pictures were not read right"
    if shown < wrong:
        title += f"; the {shown} most confident mistakes"
    draw.text((_MARGIN, 20), title, _INK, _TITLE)
    told = (
        f"{reader.model} version {reader.version}. Left: as given, with a frame around "
        "what was cut out. Right: the 28 x 28 that the network saw."
    )
    draw.text((_MARGIN, 54), told, _FAINT, _SMALL)


def _card(reading: Reading, reader: Reader) -> Image.Image:
    card = Image.new("RGB", (_CARD, _PITCH), _PAPER)
    draw = ImageDraw.Draw(card)
    for left in (0, TILE + _GAP):
        draw.rectangle((left, 0, left + TILE - 1, TILE - 1), _TILE_PAPER)
    _draw_pictures(card, reading, reader)
    draw.text((0, TILE + 8), _caption(reading), _INK, _CAPTION)
    name = _fitting(reading.picture.file, _CARD)
    draw.text((0, TILE + 31), name, _FAINT, _SMALL)
    return card


def _draw_pictures(card: Image.Image, reading: Reading, reader: Reader) -> None:
    try:
        encoded = reader.encoded(reading.picture)
    except (OSError, RequestError):
        encoded = b""
    try:
        seen = reader.normalised(reading.picture)
    except (OSError, RequestError):
        given, done = as_given(encoded, reader.max_pixels), None
        _draw_problem(card, reading.problem or "")
    else:
        done = seen.preprocessing
        given = as_given(encoded, reader.max_pixels, done)
        card.paste(as_seen(seen.digit), (TILE + _GAP, 0))
    if given is not None:
        card.paste(given, ((TILE - given.width) // 2, (TILE - given.height) // 2))
    # Over white paper nothing else shows where a white picture ends.
    ImageDraw.Draw(card).rectangle((0, 0, TILE - 1, TILE - 1), outline=_EDGE)
    if done is not None and done.several:
        ImageDraw.Draw(card).text(
            (_CARD, TILE + 11), "one of several", CUT, _SMALL, anchor="ra"
        )


def _draw_problem(card: Image.Image, problem: str) -> None:
    lines = textwrap.wrap(problem, 17, max_lines=6, placeholder=" ...")
    ImageDraw.Draw(card).multiline_text(
        (TILE + _GAP + 8, 10), "\n".join(lines), _INK, _SMALL
    )


def _caption(reading: Reading) -> str:
    if reading.digit is None or reading.probability is None:
        return f"{reading.picture.label} not read"
    percent = 100 * reading.probability
    return f"{reading.picture.label} read as {reading.digit}, {percent:.1f}%"


def _fitting(name: str, width: int) -> str:
    """`name`, its middle left out where it is wider than `width` pixels."""
    name = "".join(letter if letter.isprintable() else "?" for letter in name)
    kept = len(name)
    short = name
    while _SMALL.getlength(short) > width:
        kept -= 1
        short = f"{name[: kept // 2]}...{name[len(name) - (kept - kept // 2) :]}"
    return short
