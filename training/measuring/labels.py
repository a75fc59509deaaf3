"""A CSV of labels: which picture shows which digit, and whatever else is noted.

From the CSV to labelled pictures that are known to be there; they are opened
by `training.measuring.reading`.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from training.errors import NoDataError, UsageError

FILE_COLUMNS = ("file", "filename")
LABEL_COLUMNS = ("label", "digit")

_DELIMITERS = ",;\t"
_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Labelled:
    """One picture: its file relative to the folder, and its label in 0..9.

    `line` is where the CSV names it, from 1; `notes` are the cells of all
    columns by the column's name.
    """

    file: str
    label: int
    line: int
    notes: Mapping[str, str]


def read_labels(path: Path, folder: Path) -> tuple[Labelled, ...]:
    """The pictures that the CSV at `path` lists, all of them files in `folder`.

    UTF-8 with or without a byte order mark; cells parted by commas, semicolons
    or tabs; spaces around them, blank lines and any line ending will do. A
    symbolic link in `folder` may lead elsewhere, a name in the CSV may not.

    Raises NoDataError where the CSV, the folder or a picture is not there or
    nothing is listed, UsageError where the CSV says something else than it
    should, both with the line's number.
    """
    if not folder.is_dir():
        raise NoDataError(f"there is no folder {folder}, expected one of pictures")
    pictures: dict[PurePosixPath, Labelled] = {}
    for picture in _pictures(path):
        name = PurePosixPath(picture.file)
        if name in pictures:
            raise UsageError(
                f"{path}, line {picture.line}: {picture.file!r} stands in line "
                f"{pictures[name].line} already, expected each picture once"
            )
        pictures[name] = picture
    if not pictures:
        raise NoDataError(f"{path} lists no pictures below its header")
    _require_files(path, folder, list(pictures.values()))
    return tuple(pictures.values())


def _pictures(path: Path) -> Iterator[Labelled]:
    rows = _rows(path)
    line, header = next(rows, (1, []))
    if not header:
        raise NoDataError(f"{path} is empty, expected a header and a line a picture")
    for name in header:
        if name and header.count(name) > 1:
            raise UsageError(f"{path}, line {line}: the column {name!r} stands twice")
    file, label = (
        _column(header, names, f"{path}, line {line}")
        for names in (FILE_COLUMNS, LABEL_COLUMNS)
    )
    for line, cells in rows:
        place = f"{path}, line {line}"
        if len(cells) != len(header):
            raise UsageError(
                f"{place}: {len(cells)} cells, expected {len(header)} as in the "
                "header; a name with a comma in it needs quotes"
            )
        yield Labelled(
            file=_inside(cells[file], place),
            label=_digit(cells[label], cells[file], place),
            line=line,
            notes=dict(zip(header, cells, strict=True)),
        )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its first line."""
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True
    )
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise UsageError(f"{path}, line {line}: {error}") from error
        if any(cells):
            yield line, cells


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise NoDataError(f"there is no file {path}, expected a CSV") from error
    except OSError as error:
        raise NoDataError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no UTF-8 text, save it as CSV UTF-8") from error


def _column(header: Sequence[str], names: Sequence[str], place: str) -> int:
    lowered = [name.lower() for name in header]
    for name in names:
        if name in lowered:
            return lowered.index(name)
    raise UsageError(
        f"{place}: no column {' or '.join(names)} among {', '.join(header)}"
    )


def _inside(file: str, place: str) -> str:
    path = PurePosixPath(file)
    if file and not path.is_absolute() and ".." not in path.parts:
        return file
    raise UsageError(
        f"{place}: the file is {file!r}, expected a name relative to the folder "
        "of pictures and within it"
    )


def _digit(cell: str, file: str, place: str) -> int:
    if cell in _DIGITS:
        return int(cell)
    raise UsageError(
        f"{place}: the label of {file!r} is {cell!r}, expected a digit from 0 to 9"
    )


def _require_files(path: Path, folder: Path, pictures: Sequence[Labelled]) -> None:
    missing = [p for p in pictures if not (folder / p.file).is_file()]
    if missing:
        more = f", nor {len(missing) - 1} more that are listed" * (len(missing) > 1)
        raise NoDataError(
            f"{path}, line {missing[0].line}: there is no file {missing[0].file!r} "
            f"in {folder}{more}"
        )
