"""The CSV of labels: what is understood, and what is refused with its line."""

import re
from pathlib import Path

import pytest

from training.errors import NoDataError, UsageError
from training.measuring.labels import Labelled, read_labels


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, one in a folder within and one with a difficult name."""
    pictures = tmp_path / "pictures"
    (pictures / "scans").mkdir(parents=True)
    for name in ("a.png", "b, again.png", "scans/c 1.png"):
        (pictures / name).write_bytes(b"no matter what")
    return pictures


def read(folder: Path, csv: bytes) -> tuple[Labelled, ...]:
    """What a CSV of these bytes, beside `folder`, is read as."""
    path = folder.parent / "labels.csv"
    path.write_bytes(csv)
    return read_labels(path, folder)


def test_each_line_is_a_picture_with_its_label_and_notes(folder: Path) -> None:
    a, c = read(folder, b"file,label,paper\na.png,7,white\nscans/c 1.png,0,lined\n")

    assert (a.file, a.label, a.line, a.notes["paper"]) == ("a.png", 7, 2, "white")
    assert (c.file, c.label, c.line, c.notes["paper"]) == (
        "scans/c 1.png",
        0,
        3,
        "lined",
    )


@pytest.mark.parametrize(
    "csv",
    [
        b'\xef\xbb\xbffile,label\r\na.png,7\r\n"b, again.png",3\r\n',
        b'filename,digit\na.png,7\n"b, again.png",3',
        b' File , LABEL \n\n a.png , "7" \n , \n"b, again.png" ,3\n\n',
        b"label;file\n7;a.png\n3;b, again.png\n",
        b"file\tlabel\na.png\t7\nb, again.png\t3\n",
        b'file,label\ra.png,7\r"b, again.png",3\r',
    ],
    ids=["mark and CRLF", "other names", "spaces", "semicolons", "tabs", "CR"],
)
def test_what_spreadsheets_write_is_understood(folder: Path, csv: bytes) -> None:
    found = [(picture.file, picture.label) for picture in read(folder, csv)]

    assert found == [("a.png", 7), ("b, again.png", 3)]


@pytest.mark.parametrize(
    ("csv", "line", "said"),
    [
        (
            b"file,label\na.png,10\n",
            2,
            "the label of 'a.png' is '10', expected a digit",
        ),
        (b"file,label\n\na.png,seven\n", 3, "expected a digit from 0 to 9"),
        (b"file,label\na.png,\n", 2, "the label of 'a.png' is ''"),
        (b"file,label\na.png,7\n./a.png,7\n", 3, "stands in line 2 already"),
        (b"file,label\n../labels.csv,7\n", 2, "relative to the folder"),
        (b"file,label\nscans/../../labels.csv,7\n", 2, "within it"),
        (b"file,label\n/etc/hostname,7\n", 2, "the file is '/etc/hostname'"),
        (b"file,label\n,7\n", 2, "the file is ''"),
        (b"file,label\na.png\n", 2, "1 cells, expected 2"),
        (b"file,label\nb, again.png,3\n", 2, "a name with a comma in it needs quotes"),
        (b"name,label\na.png,3\n", 1, "no column file or filename among name, label"),
        (b"file,is\na.png,3\n", 1, "no column label or digit among file, is"),
        (b"file,label,label\na.png,3,3\n", 1, "the column 'label' stands twice"),
        (b'file,label\n"' + b"x" * 200_000 + b'",3\n', 2, "field larger than"),
    ],
)
def test_what_the_csv_says_wrong_is_refused_with_its_line(
    folder: Path, csv: bytes, line: int, said: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as refused:
        read(folder, csv)

    assert f"labels.csv, line {line}: " in str(refused.value)


def test_text_that_is_no_utf_8_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="save it as CSV UTF-8"):
        read(folder, "file,label\na.png,3\n".encode("utf-16"))


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        (b"", "is empty, expected a header"),
        (b"\n \n", "is empty, expected a header"),
        (b"file,label\n", "lists no pictures below its header"),
        (b"file,label\na.png,3\nnone.png,3\n", "line 3: there is no file 'none.png'"),
        (b"file,label\nscans,3\n", "line 2: there is no file 'scans'"),
        (b"file,label\n1,1\n2,2\n3,3\n", "nor 2 more that are listed"),
        (b"file,label\na\x00.png,3\n", "line 2: there is no file"),
    ],
)
def test_what_is_not_there_is_named(folder: Path, csv: bytes, said: str) -> None:
    with pytest.raises(NoDataError, match=re.escape(said)):
        read(folder, csv)


def test_a_csv_or_folder_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(NoDataError, match=r"there is no file .*labels\.csv"):
        read_labels(folder.parent / "labels.csv", folder)
    with pytest.raises(NoDataError, match="cannot be read: Is a directory"):
        read_labels(folder, folder)
    with pytest.raises(NoDataError, match=r"there is no folder .*none"):
        read_labels(folder.parent / "labels.csv", folder / "none")
