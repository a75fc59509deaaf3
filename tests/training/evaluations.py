"""Pictures with labels in a folder, and the command asked about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fakes import fake_digit, fake_version
from tests.service.encodings import encode, grey


@dataclass(frozen=True)
class Place:
    """A version that FakeEngine runs, pictures, their CSV and where the sheet goes."""

    version: Path
    pictures: Path
    labels: Path
    out: Path

    def arguments(self, *more: str) -> list[str]:
        """`mnist-train evaluate` over this place."""
        return [
            *("evaluate", str(self.version), "--pictures", str(self.pictures)),
            *("--labels", str(self.labels), "--out", str(self.out), *more),
        ]

    def label(self, *lines: str) -> None:
        """Write the CSV."""
        self.labels.write_text("\n".join(lines) + "\n", encoding="utf-8")


def place(folder: Path, pictures: Mapping[str, int] | None = None) -> Place:
    """A place whose pictures are each read as the digit given, and are that."""
    pictures = {"three.png": 3, "seven.png": 7} if pictures is None else pictures
    made = Place(
        version=fake_version(folder / "models"),
        pictures=folder / "pictures",
        labels=folder / "labels.csv",
        out=folder / "mistakes.png",
    )
    made.pictures.mkdir()
    for name, digit in pictures.items():
        (made.pictures / name).write_bytes(encode(grey(fake_digit(digit)), "PNG"))
    made.label("file,label", *(f"{name},{digit}" for name, digit in pictures.items()))
    return made


def cells(line: str) -> Sequence[str]:
    """The words of a table's line."""
    return line.split()
