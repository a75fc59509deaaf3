"""mnist-train evaluate: what it prints, draws and refuses."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.artifact import TFLITE_MODEL, checksums, read_manifest, write_manifest
from service.typicality import write_typicality
from tests.fakes import Digit, FakeEngine, fake_digit, fake_typicality
from tests.service.encodings import encode
from tests.service.papers import negative, sized
from tests.training.evaluations import Place, cells, place
from training.cli import EXIT_CODES, main
from training.commands import COMMANDS
from training.errors import WriteError
from training.measuring import tables

ROOT = Path(__file__).parent.parent.parent
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _signal_restored() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def here(tmp_path: Path, engine: FakeEngine) -> Place:
    """A three and a seven, which the fake network reads right."""
    return place(tmp_path)


def test_accuracy_with_its_interval_and_the_confusion_are_printed(
    here: Place, capsys: Output
) -> None:
    here.label("file,label", "three.png,3", "seven.png,1")

    assert main(here.arguments()) == 0

    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "mnist version 1, engine litert"
    assert lines[2] == (
        "accuracy 0.5000, 0.0945 to 0.9055 with 95% confidence: 1 of 2 read right"
    )
    table = {line.split()[0]: cells(line) for line in lines[6:16]}
    assert table["3"] == ["3", *("...1......"), ".", "1.0000"]
    assert table["1"] == ["1", *(".......1.."), ".", "0.0000"]
    assert table["5"][-1] == "-"
    assert said.err == ""


def test_a_picture_that_cannot_be_read_counts_as_wrong_and_says_why(
    here: Place, capsys: Output
) -> None:
    (here.pictures / "note.png").write_text("hello")
    blank = Image.fromarray(np.full((40, 40), 255, np.uint8))
    (here.pictures / "blank.png").write_bytes(encode(blank, "PNG"))
    here.label("file,label", "three.png,3", "note.png,4", "blank.png,4")

    assert main(here.arguments()) == 0

    out = capsys.readouterr().out
    assert "1 of 3 read right" in out
    assert "2 could not be read, which counts as wrong:" in out
    assert "  line 3, 'note.png': 5 bytes that are no readable picture" in out
    assert "  line 4, 'blank.png': the picture is blank" in out
    assert re.search(r"^   4( +\.){10} +2  0\.0000$", out, re.MULTILINE)


def test_of_very_many_unreadable_pictures_only_the_first_are_listed(
    here: Place, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(tables, "MOST_UNREAD", 1)
    for name in ("a.png", "b.png"):
        (here.pictures / name).write_text("hello")
    here.label("file,label", "a.png,3", "b.png,4")

    assert main(here.arguments()) == 0

    out = capsys.readouterr().out
    assert "'b.png'" not in out
    assert "and 1 more; --json lists them all" in out


def test_the_limits_of_the_service_hold_here_too(
    here: Place, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("MNIST_MAX_UPLOAD_BYTES", "1024")
    monkeypatch.setenv("MNIST_MAX_PIXELS", "784")
    (here.pictures / "heavy.png").write_bytes(bytes(1025))
    large = Image.fromarray(sized(fake_digit(3).reshape(28, 28), 29, 28))
    (here.pictures / "large.png").write_bytes(encode(large, "PNG"))
    here.label("file,label", "heavy.png,3", "large.png,3", "three.png,3")

    assert main(here.arguments()) == 0

    out = capsys.readouterr().out
    assert "'heavy.png': the file has more than 1024 bytes" in out
    assert "'large.png': the picture has 29 x 28 pixels" in out
    assert "1 of 3 read right" in out


def test_json_is_one_document_with_every_mistake(here: Place, capsys: Output) -> None:
    (here.pictures / "note.png").write_text("hello")
    here.label("file,label,who", "three.png,3,a", "seven.png,1,b", "note.png,4,b")

    assert main(here.arguments("--json", "--by", "who")) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["pictures"], found["right"], found["unread"]) == (3, 1, 1)
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["confusion"][1] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert [digit["recall"] for digit in found["digits"][:4]] == [None, 0, None, 1]
    assert found["digits"][4] == {"digit": 4, "pictures": 1, "unread": 1, "recall": 0}
    assert {value: s["right"] for value, s in found["by"]["who"].items()} == {
        "a": 1,
        "b": 0,
    }
    misread, unread = found["mistakes"]
    assert misread == {
        **{"file": "seven.png", "line": 3, "label": 1, "digit": 7},
        "probability": pytest.approx(0.91),
    }
    assert unread["error"].startswith("5 bytes that are no readable picture")
    assert (found["model"], found["version"], found["engine"]) == ("mnist", 1, "litert")


def test_what_is_less_typical_than_nearly_all_digits_is_counted(
    tmp_path: Path, engine: FakeEngine, capsys: Output
) -> None:
    here = place(tmp_path, {"zero.png": 0, "nine.png": 9})
    p_values = np.repeat(np.array([1, 0], np.float32), (8, 3))
    least = replace(fake_typicality(), p_values=p_values)
    write_typicality(here.version, least)
    files = checksums(here.version)
    write_manifest(here.version, replace(read_manifest(here.version), files=files))
    here.label("file,label", "zero.png,0", "nine.png,7")

    assert main(here.arguments()) == 0
    out = capsys.readouterr().out
    assert main(here.arguments("--json")) == 0
    document = json.loads(capsys.readouterr().out)

    assert "typicality below 0.01: 0 of 1 read right, 1 of 1 read wrong" in out
    counted = {"right": 0, "of_right": 1, "wrong": 1, "of_wrong": 1}
    assert document["strangers"] == counted


def test_of_a_version_without_typicality_nothing_is_counted(
    here: Place, capsys: Output
) -> None:
    assert main(here.arguments("--json")) == 0

    assert json.loads(capsys.readouterr().out)["strangers"] is None


def test_columns_of_the_csv_break_the_accuracy_down(
    here: Place, capsys: Output
) -> None:
    here.label("file,label,paper,who", "three.png,3,lined,", "seven.png,1,white,me")

    assert main(here.arguments("--by", "paper", "--by", "who")) == 0

    out = capsys.readouterr().out
    assert re.search(r"^lined +1 +1 +1\.0000", out, re.MULTILINE)
    assert re.search(r"^white +0 +1 +0\.0000", out, re.MULTILINE)
    assert re.search(r"^\(empty\) +1 +1 +1\.0000", out, re.MULTILINE)


def test_the_contact_sheet_is_a_picture_with_a_row_of_mistakes(here: Place) -> None:
    assert main(here.arguments()) == 0
    with Image.open(here.out) as right:
        without = right.size
    here.label("file,label", "three.png,3", "seven.png,1")

    assert main(here.arguments()) == 0

    with Image.open(here.out) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width == without[0]
        assert sheet.height > without[1] + 112
    assert [path.name for path in here.out.parent.glob("*.p*")] == ["mistakes.png"]
    assert not list(here.out.parent.glob(".*"))


def refused(here: Place, capsys: Output, *more: str) -> tuple[int, str]:
    """The code and the line with which it ends, having written nothing."""
    code = main(here.arguments(*more))
    said = capsys.readouterr()
    assert said.out == ""
    assert not here.out.exists()
    assert said.err.startswith("mnist-train evaluate: ")
    assert said.err.count("\n") == 1
    return code, said.err


def test_a_folder_that_is_no_version_is_refused_and_the_right_one_named(
    here: Place, capsys: Output
) -> None:
    models = Place(here.version.parent, here.pictures, here.labels, here.out)
    nothing = Place(here.pictures, here.pictures, here.labels, here.out)

    code, said = refused(models, capsys)
    assert code == 66
    assert f"such as {here.version}" in said
    code, said = refused(nothing, capsys)
    assert code == 66
    assert "holds no manifest.json, expected the folder of a published" in said


def test_a_damaged_version_is_refused(here: Place, capsys: Output) -> None:
    (here.version / TFLITE_MODEL).write_bytes(b"damaged")

    code, said = refused(here, capsys)

    assert code == 70
    assert "has sha256" in said


def test_a_setting_that_the_service_refuses_is_refused_here(
    here: Place, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("MNIST_MAX_PIXELS", "many")

    code, said = refused(here, capsys)

    assert code == 2
    assert "MNIST_MAX_PIXELS='many'" in said


def test_a_column_that_is_not_there_is_refused(here: Place, capsys: Output) -> None:
    code, said = refused(here, capsys, "--by", "paper")

    assert code == 2
    assert "has no column 'paper', expected one of file, label" in said


@pytest.mark.parametrize(
    ("out", "code", "word"),
    [
        ("sheet.jpg", 2, "expected the name of a .png file"),
        ("none/sheet.png", 73, "there is no folder"),
    ],
)
def test_a_place_where_no_sheet_can_be_is_refused(
    here: Place, capsys: Output, out: str, code: int, word: str
) -> None:
    elsewhere = str(here.out.parent / out)

    found, said = refused(here, capsys, "--out", elsewhere)

    assert found == code
    assert word in said


def test_a_picture_to_read_is_never_overwritten(here: Place, capsys: Output) -> None:
    code, said = refused(here, capsys, "--out", str(here.pictures / "three.png"))

    assert code == 2
    assert "one of the pictures to read" in said


def test_a_full_disk_ends_it_with_a_line_and_leaves_nothing(
    here: Place, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.measuring.resealing.os.replace", full)

    code, said = refused(here, capsys)

    assert code == EXIT_CODES[WriteError]
    assert "No space left on device" in said
    assert not list(here.out.parent.glob(".*"))


def test_an_interruption_speaks_of_no_resuming(
    here: Place, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("training.measuring.evaluate.score", interrupted)

    code, said = refused(here, capsys)

    assert code == 143
    assert said == "mnist-train evaluate: terminated\n"


def test_its_help_names_every_option_and_exit_code(capsys: Output) -> None:
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])

    out = capsys.readouterr().out
    for word in ("--pictures", "--labels", "--by", "--out", "--json", "--engine"):
        assert word in out
    for code in (0, 2, 66, 69, 70, 73, 74, 130, 143):
        assert f" {code}  " in out


def test_the_help_of_mnist_train_names_every_command(capsys: Output) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    out = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert re.search(rf"mnist-train {name} +{re.escape(command.does)}", out)


def test_real_pictures_of_many_kinds_are_read_as_by_the_service(
    tmp_path: Path, models_dir: Path, digits: list[Digit], capsys: Output
) -> None:
    made = Place(
        models_dir / "mnist/1", tmp_path, tmp_path / "l.csv", tmp_path / "m.png"
    )
    for digit in digits:
        drawn = Image.fromarray(sized(negative(digit.pixels), 112, 112))
        (tmp_path / digit.path.name).write_bytes(encode(drawn, "PNG"))
    made.label("filename,label", *(f"{d.path.name},{d.label}" for d in digits))

    assert main(made.arguments("--json")) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["pictures"] == 40
    assert found["right"] >= 37


def test_the_engines_agree(tmp_path: Path, models_dir: Path, capsys: Output) -> None:
    made = Place(
        models_dir / "mnist/1",
        ROOT / "tests/data/digits",
        ROOT / "tests/data/digits.csv",
        tmp_path / "mistakes.png",
    )

    found = []
    for engine in ("litert", "tensorflow"):
        assert main(made.arguments("--json", "--engine", engine)) == 0
        found.append(json.loads(capsys.readouterr().out)["confusion"])

    assert found[0] == found[1]


def test_an_engine_that_is_not_installed_says_how_to_get_it(
    here: Place, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)

    code, said = refused(here, capsys, "--engine", "tensorflow")

    assert code == 69
    assert "`make train` installs what training needs" in said


NO_TENSORFLOW = """\
import sys
for name in ("tensorflow", "keras", "matplotlib", "flask"):
    sys.modules[name] = None
from training.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_the_command_of_the_readme_prints_what_the_readme_says_without_tensorflow(
    tmp_path: Path,
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(
        r"\$ \S+/mnist-train (evaluate(?:.*\\\n)*.*)\n((?:.*\n)*?)```", readme
    )
    assert shown is not None
    arguments = shlex.split(shown[1].replace("\\\n", " "))
    for folder in ("models", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)

    ended = subprocess.run(
        [sys.executable, "-c", NO_TENSORFLOW, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stderr == ""
    assert ended.stdout == shown[2]
    assert (tmp_path / "mistakes.png").exists()
