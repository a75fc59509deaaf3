"""mnist-classify: what it prints and with which code it ends."""

import json
from pathlib import Path

import pytest
from PIL import Image

from service.artifact import TFLITE_MODEL
from service.cli import forked, local
from service.cli.classify import main
from tests.fakes import Digit, fake_digit, fake_version
from tests.service.encodings import encode, grey
from tests.service.papers import beside

Output = pytest.CaptureFixture[str]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, named by MNIST_MODELS_DIR, with the fake versions 1 and 2."""
    folder = tmp_path / "models"
    fake_version(folder, 1)
    fake_version(folder, 2)
    monkeypatch.setenv("MNIST_MODELS_DIR", str(folder))
    return folder


@pytest.fixture
def seven(tmp_path: Path) -> str:
    """A file that the fake network reads as a seven."""
    path = tmp_path / "seven.png"
    path.write_bytes(encode(grey(fake_digit(7)), "PNG"))
    return str(path)


@pytest.mark.usefixtures("engine", "models")
def test_a_table_has_a_row_for_each_file(seven: str, capsys: Output) -> None:
    code = main([seven, seven])

    assert code == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == ["file", "digit", "probability", "next", "likeliest"]
    assert [row.split() for row in rows] == [
        [seven, "7", "0.9100", "9", "(0.0100)"],
        [seven, "7", "0.9100", "9", "(0.0100)"],
    ]


@pytest.mark.usefixtures("engine", "models")
def test_files_that_cannot_be_read_have_their_reason_in_their_row(
    seven: str, tmp_path: Path, capsys: Output
) -> None:
    (tmp_path / "note.txt").write_text("hello")

    code = main([f"{tmp_path}/none.png", seven, f"{tmp_path}/note.txt", str(tmp_path)])

    assert code == 1
    _, missing, read, unreadable, folder = capsys.readouterr().out.splitlines()
    assert missing.endswith("-  the file cannot be read: No such file or directory")
    assert read.split()[1] == "7"
    assert "-  5 bytes that are no readable picture" in unreadable
    assert folder.endswith("-  the file cannot be read: Is a directory")


@pytest.mark.usefixtures("engine", "models")
def test_nothing_is_said_of_a_canary_or_a_shadow_which_no_file_meets(
    seven: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MNIST_CANARY", "canary:5")
    monkeypatch.setenv("MNIST_SHADOW", "canary")

    assert main([seven]) == 0

    assert caplog.messages == []


@pytest.mark.usefixtures("engine", "models")
def test_json_holds_what_the_service_would_answer(seven: str, capsys: Output) -> None:
    code = main(["--json", seven, "none.png"])

    assert code == 1
    read, missing = json.loads(capsys.readouterr().out)["predictions"]
    assert (read["file"], read["digit"]) == (seven, 7)
    assert read["probability"] == read["probabilities"][7] == pytest.approx(0.91)
    assert missing == {
        "file": "none.png",
        "error": "the file cannot be read: No such file or directory",
    }


@pytest.mark.usefixtures("engine", "models")
def test_a_second_digit_is_noted_in_the_table_and_in_json(
    seven: str, tmp_path: Path, digits: list[Digit], capsys: Output
) -> None:
    pair = tmp_path / "pair.png"
    drawn = Image.fromarray(beside(digits[0].pixels, digits[8].pixels))
    pair.write_bytes(encode(drawn, "PNG"))

    assert main([seven, str(pair)]) == 0
    _, alone, several = capsys.readouterr().out.splitlines()
    assert main(["--json", seven, str(pair)]) == 0
    listed = json.loads(capsys.readouterr().out)["predictions"]

    assert "several" not in alone
    assert several.endswith("  one of several digits")
    assert [prediction["several"] for prediction in listed] == [False, True]


@pytest.mark.usefixtures("engine", "models")
def test_more_files_than_one_batch_are_read_in_batches(
    seven: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("MNIST_MAX_BATCH", "2")

    code = main([seven] * 5)

    assert code == 0
    assert len(capsys.readouterr().out.splitlines()) == 6


@pytest.mark.usefixtures("engine")
def test_the_version_asked_for_answers_though_a_newer_is_damaged(
    seven: str, models: Path, capsys: Output
) -> None:
    (models / "mnist" / "2" / TFLITE_MODEL).write_bytes(b"damaged")

    assert main(["--model-version", "1", seven]) == 0
    assert main(["--model-version", "2", seven]) == 2
    said = "mnist-classify: version 2 of 'mnist' is not served, expected one of [1]\n"
    assert capsys.readouterr().err == said


@pytest.mark.usefixtures("engine")
def test_a_label_may_stand_for_the_version(
    seven: str, models: Path, capsys: Output
) -> None:
    (models / "mnist" / "labels.json").write_text('{"stable": 1}')

    assert main(["--model-version", "stable", seven]) == 0
    assert main(["--model-version", "canary", seven]) == 2
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert "version canary of 'mnist' is not served, expected one of [" in said.err


@pytest.mark.usefixtures("engine", "models")
def test_the_models_folder_of_the_command_line_comes_first(
    seven: str, tmp_path: Path, capsys: Output
) -> None:
    other = tmp_path / "other"

    code = main(["--models-dir", str(other), seven])

    assert code == 3
    assert capsys.readouterr() == (
        "",
        f"mnist-classify: no model version was found in {other / 'mnist'}\n",
    )


def test_a_bad_setting_ends_it_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("MNIST_ENGINE", "torch")

    assert main(["seven.png"]) == 2
    assert capsys.readouterr().err == (
        "mnist-classify: MNIST_ENGINE='torch': expected one of litert, tensorflow\n"
    )


@pytest.mark.parametrize("wrong", [[], ["--top"], ["--model-version", "a-b", "x"]])
def test_a_wrong_command_line_ends_it_with_its_usage(
    wrong: list[str], capsys: Output
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: mnist-classify")


def test_its_help_names_every_exit_code(capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert all(f"\n    {code}  " in out for code in range(5))


def test_the_trained_model_reads_real_digits(
    models_dir: Path, digits: list[Digit], capsys: Output
) -> None:
    files = [str(digit.path) for digit in digits]

    code = main(["--models-dir", str(models_dir), "--json", *files])

    assert code == 0
    read = json.loads(capsys.readouterr().out)["predictions"]
    right = [p["digit"] == d.label for p, d in zip(read, digits, strict=True)]
    assert sum(right) >= 39


@pytest.mark.usefixtures("engine", "models")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_file_name_that_is_no_utf_8_is_told_all_the_same(
    seven: str, capsys: Output, options: list[str]
) -> None:
    code = main([*options, "none\udcff.png", seven])

    assert code == 1
    out = capsys.readouterr().out
    assert "none\ufffd.png" in out
    assert seven in out


@pytest.mark.usefixtures("engine", "models")
def test_many_files_keep_their_order_whoever_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(forked, "available_cpus", lambda: 2)
    monkeypatch.setattr(local, "BATCH", 4)
    files = [str(tmp_path / f"{number}.png") for number in range(10)]
    for number, file in enumerate(files):
        Path(file).write_bytes(encode(grey(fake_digit(number)), "PNG"))

    code = main(["--json", *files, "none.png"])

    *read, failed = json.loads(capsys.readouterr().out)["predictions"]
    assert code == 1
    assert [row["file"] for row in read] == files
    assert [row["digit"] for row in read] == list(range(10))
    assert failed["error"].startswith("the file cannot be read")
