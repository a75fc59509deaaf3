"""mnist-models as an operator reads it: list, show, verify, and what goes wrong."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.artifact import TFLITE_MODEL, read_manifest, write_manifest
from service.cli.models import main
from service.cli.models.answers import as_size, plain, table
from service.cli.models.command import EXIT_CODES, INTERRUPTED
from service.serving.store import Store
from service.settings import Settings
from service.versions.labels import LABELS, write_labels
from service.versions.ledger import open_ledger
from service.versions.releases import RELEASES, Decision, Releases, write_releases
from tests.fakes import fake_version

Output = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the fake versions 1 to 3, MNIST_MODELS_DIR leading to it."""
    for number in (1, 2, 3):
        fake_version(tmp_path, number)
    monkeypatch.setenv("MNIST_MODELS_DIR", str(tmp_path))
    return tmp_path / "mnist"


def asked(capsys: Output, *arguments: str) -> Any:
    """The one JSON document that the command prints."""
    main([*arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def measured(home: Path, number: int, **metrics: object) -> None:
    """Give a version figures to show."""
    folder = home / str(number)
    write_manifest(folder, replace(read_manifest(folder), metrics=metrics))


def test_the_list_has_a_row_for_each_version_the_newest_first(
    home: Path, capsys: Output
) -> None:
    confidence = {"calibrated": {"ece": 0.0026}}
    measured(home, 2, test_accuracy=0.9946, test_confidence=confidence)
    write_labels(home, {"stable": 2, "old": 1})

    code = main(["list"])

    heading, *rows = capsys.readouterr().out.splitlines()
    assert code == 0
    assert heading.split() == (
        ["version", "created", "recipe", "accuracy", "ECE", "size", "labels", "state"]
    )
    third, second, first = (row.split() for row in rows)
    assert third[:6] == ["3", "2026-01-02", "03:04", "seed", "-", "-"]
    assert third[-1] == "candidate"
    assert second[:6] == ["2", "2026-01-02", "03:04", "seed", "0.9946", "0.26%"]
    assert second[-2:] == ["stable", "default"]
    assert first[-2:] == ["old", "labelled"]


def test_the_list_as_json_has_every_figure_and_state(
    home: Path, capsys: Output
) -> None:
    measured(home, 3, test_accuracy=0.9946)
    (home / "1" / TFLITE_MODEL).unlink()
    write_labels(home, {"stable": 2, "canary": 9, "old": 1})
    with open_ledger(home) as ledger:
        ledger.refuse(3, "slow")

    code = main(["list", "--json"])

    out, err = capsys.readouterr()
    document = json.loads(out)
    assert code == 0
    assert (document["model"], document["default"]) == ("mnist", 2)
    assert document["labels"] == {"stable": 2, "canary": 9, "old": 1}
    third, second, first = document["versions"]
    assert (third["version"], third["test_accuracy"]) == (3, 0.9946)
    assert (third["state"], third["reason"]) == ("refused", "slow")
    assert (second["state"], second["labels"]) == ("default", ["stable"])
    assert (first["state"], first["recipe"]) == ("damaged", None)
    assert first["reason"] == f"it lacks {TFLITE_MODEL}"
    assert document["problems"] == [
        "label canary points at version 9, which is not there",
        "label old points at version 1, which is damaged",
    ]
    assert err.splitlines() == [f"mnist-models: {p}" for p in document["problems"]]


def test_older_versions_than_the_default_are_no_candidates(
    home: Path, capsys: Output
) -> None:
    states = [version["state"] for version in asked(capsys, "list")["versions"]]

    assert states == ["default", "earlier", "earlier"]


def test_what_a_manifest_or_reason_says_cannot_upset_the_terminal(
    home: Path, capsys: Output
) -> None:
    with open_ledger(home) as ledger:
        ledger.refuse(1, "\x1b[2J two\nlines" + "!" * 100)

    main(["list"])

    *_, row = capsys.readouterr().out.splitlines()
    assert "refused: [2J two lines!!!" in row
    assert row.endswith("...")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("", "manifest.json is not JSON"),
        ("[]", "format None, expected 1"),
        ('{"format": 2}', "format 2, expected 1"),
    ],
)
def test_a_version_whose_manifest_is_damaged_is_listed_as_that(
    home: Path, capsys: Output, damage: str, reason: str
) -> None:
    (home / "3" / "manifest.json").write_text(damage)

    newest, second, _ = asked(capsys, "list")["versions"]

    assert newest["state"] == "damaged"
    assert reason in newest["reason"]
    assert second["state"] == "default"


def test_a_folder_with_another_version_in_it_is_damaged(
    home: Path, capsys: Output
) -> None:
    (home / "3").rename(home / "7")

    newest, *_ = asked(capsys, "list")["versions"]

    assert (newest["version"], newest["reason"]) == (7, "it holds mnist 3")


@pytest.mark.parametrize(
    "metrics",
    [{"test_accuracy": "high"}, {"test_accuracy": True}, {"test_confidence": [1]}],
)
def test_figures_of_the_wrong_kind_are_none(
    home: Path, capsys: Output, metrics: dict[str, object]
) -> None:
    measured(home, 3, **metrics)

    newest, *_ = asked(capsys, "list")["versions"]

    assert (newest["test_accuracy"], newest["ece"]) == (None, None)
    assert main(["show", "3"]) == 0


def test_an_empty_folder_has_no_versions_yet(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "mnist").mkdir()

    for command in ("list", "verify"):
        assert main([command, "--models-dir", str(tmp_path)]) == 0
        told = capsys.readouterr().out
        assert told == f"there are no versions in {tmp_path}/mnist yet\n"


def test_show_tells_a_version_and_what_was_decided_of_it(
    home: Path, capsys: Output
) -> None:
    decided = Decision("2026-02-03T04:05:06+00:00", "promoted", 3, "stable", 2, "fast")
    other = Decision("2026-01-01T00:00:00+00:00", "labelled", 1, "old")
    write_releases(home, Releases({}, (other, decided)))

    assert main(["show", "2"]) == 0
    told = capsys.readouterr().out
    document = asked(capsys, "show", "2")

    assert told.startswith("mnist version 2, earlier\n")
    assert f"folder       {home}/2" in told
    assert "training     recipe seed" in told
    assert "2026-02-03 04:05  promoted 3 stable (was 2)  fast" in told
    assert "labelled" not in told
    assert "golden.npz" in told
    size = (home / "2" / "golden.npz").stat().st_size
    assert document["file_sizes"]["golden.npz"] == size
    assert document["manifest"]["version"] == 2
    (decision,) = document["decisions"]
    assert decision["before"] == 2


def test_show_tells_the_trained_versions_figures(
    models_dir: Path, capsys: Output
) -> None:
    assert main(["show", "2", "--models-dir", str(models_dir)]) == 0

    told = capsys.readouterr().out
    assert told.startswith("mnist version 2 (stable), default\n")
    assert "0.9946 on the test pictures, 0.9930 to 0.9959 with 95%" in told
    assert "0.9951 on the training pictures" in told
    assert "temperature 1.088, of 10,000 pictures; calibration error 0.17%" in told
    assert "recipe best, seed 1" in told
    assert "tensorflow 2.21.0" in told
    assert "model.tflite" in told


def test_show_tells_what_is_wrong_with_a_damaged_version(
    home: Path, capsys: Output
) -> None:
    (home / "3" / "manifest.json").unlink()

    assert main(["show", "3"]) == 0

    told = capsys.readouterr().out
    assert told.startswith("mnist version 3, damaged: ")
    assert "manifest.json cannot be read: No such file" in told


@pytest.mark.usefixtures("engine")
def test_verify_proves_each_version_under_every_engine(
    home: Path, capsys: Output
) -> None:
    code = main(["verify"])

    heading, *rows = capsys.readouterr().out.splitlines()
    assert code == 0
    assert heading.split() == ["version", "engines", "seconds", "verdict"]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert all(row.endswith("passed") for row in rows)


@pytest.mark.usefixtures("engine")
def test_verify_ends_with_1_where_one_of_those_asked_for_fails(
    home: Path, capsys: Output
) -> None:
    (home / "2" / TFLITE_MODEL).write_bytes(b"other")

    assert main(["verify", "--json", "3", "2", "3"]) == 1
    second, third = json.loads(capsys.readouterr().out)["versions"]
    assert (second["version"], second["passed"]) == (2, False)
    assert f"{TFLITE_MODEL} has sha256" in second["error"]
    assert (third["version"], third["passed"], third["error"]) == (3, True, None)
    assert third["engines"][0] == "litert"
    assert main(["verify", "1", "3"]) == 0


@pytest.mark.usefixtures("engine")
def test_verify_refuses_a_version_that_lies_under_anothers_number(
    home: Path, capsys: Output
) -> None:
    (home / "3").rename(home / "7")

    assert main(["verify", "7"]) == 1
    assert "holds mnist 3, expected mnist 7" in capsys.readouterr().out


def test_without_tensorflow_a_version_is_proved_under_litert_alone(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("service.cli.models.verifying.find_spec", lambda _: None)

    found = asked(capsys, "verify", "2", "--models-dir", str(models_dir))

    (version,) = found["versions"]
    assert (version["engines"], version["passed"]) == (["litert"], True)


def test_a_person_who_waits_is_told_how_far_it_has_come(
    home: Path, engine: object, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    main(["verify"])

    assert "proving version 2, 2 of 3" in capsys.readouterr().err


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("gone", [True, False])
def test_where_stable_is_of_no_use_list_names_the_default_of_a_service_that_starts(
    home: Path, gone: bool, capsys: Output
) -> None:
    write_labels(home, {"stable": 3})
    if gone:
        (home / "3").rename(home / "aside")
    else:
        (home / "3" / TFLITE_MODEL).write_bytes(b"other bytes")

    document = asked(capsys, "list")

    store = Store(Settings(models_dir=home.parent))
    store.load()
    assert document["default"] == store.snapshot.default == 2
    (problem,) = document["problems"]
    assert problem == (
        "label stable points at version 3, which is "
        f"{'not there' if gone else 'damaged'}: a service that runs stays with the "
        "default that it had, for one that starts it is version 2"
    )


def test_where_every_version_is_damaged_there_is_no_default(
    home: Path, capsys: Output
) -> None:
    for number in "123":
        (home / number / TFLITE_MODEL).write_bytes(b"other bytes")

    document = asked(capsys, "list")

    assert document["default"] is None
    assert {each["state"] for each in document["versions"]} == {"damaged"}


@pytest.mark.parametrize("command", ["list", "rollback", "verify"])
def test_a_folder_that_is_not_there_is_named_with_what_to_do(
    tmp_path: Path, command: str, capsys: Output
) -> None:
    code = main([command, "--models-dir", str(tmp_path), "--model", "other"])

    out, err = capsys.readouterr()
    assert (code, out) == (3, "")
    assert err.startswith("mnist-models: ")
    assert str(tmp_path / "other") in err


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("name", [LABELS, RELEASES])
@pytest.mark.parametrize(
    "command",
    [["list"], ["show", "1"], ["promote", "1"], ["rollback"], ["prune", "--keep", "1"]],
)
def test_a_damaged_file_of_decisions_is_named_and_left(
    home: Path, name: str, command: list[str], capsys: Output
) -> None:
    (home / name).write_text("{half")

    assert main([*command, "--json"]) == 3

    out, err = capsys.readouterr()
    assert out == ""
    assert f"{home / name} is not" in err
    assert (home / name).read_text() == "{half"


@pytest.mark.parametrize("command", ["show", "promote"])
def test_a_version_that_is_not_there_is_a_wrong_command_line(
    home: Path, command: str, capsys: Output
) -> None:
    assert main([command, "9"]) == 2
    assert capsys.readouterr() == (
        "",
        f"mnist-models: there is no version 9 in {home}, expected one of [1, 2, 3]\n",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["serve"],
        ["show"],
        ["show", "0"],
        ["show", "x"],
        ["promote", "-1"],
        ["prune"],
        ["prune", "--keep", "0"],
        ["label", "canary"],
        ["label", "canary", "2", "--remove"],
        ["list", "--model", "../up"],
        ["list", "--js"],
    ],
)
def test_a_wrong_command_line_ends_with_its_usage(
    wrong: list[str], capsys: Output
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: mnist-models")


def test_help_teaches_every_command_and_exit_code(capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    out = capsys.readouterr().out
    assert ended.value.code == 0
    commands = ("list", "show", "promote", "rollback", "label", "verify", "prune")
    assert all(f"\n    {command} " in out for command in commands)
    assert all(f" {code}  " in out for code in (0, *EXIT_CODES.values(), INTERRUPTED))


def test_the_model_and_its_folder_can_be_named_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    (tmp_path / "digits").mkdir()
    monkeypatch.setenv("MNIST_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("MNIST_MODEL", "digits")

    assert asked(capsys, "list")["folder"] == str(tmp_path / "digits")


def test_a_version_that_vanishes_meanwhile_is_no_traceback(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def vanish(_: Path) -> int:
        raise FileNotFoundError(2, "No such file or directory", "golden.npz")

    monkeypatch.setattr("service.cli.models.catalogue.size_of", vanish)

    assert main(["list"]) == 3
    assert "golden.npz cannot be read: No such file" in capsys.readouterr().err


def test_ctrl_c_ends_it_with_a_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.cli.models.listing.read_catalogue", interrupt)

    assert main(["list"]) == 130
    assert capsys.readouterr().err == "mnist-models: interrupted\n"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["list", "show"])
def test_a_reader_that_goes_away_is_no_traceback(command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    more = ["2"] if command == "show" else []
    process = subprocess.run(
        [sys.executable, "-m", "service.cli.models", command, *more],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)

    assert (process.returncode, process.stderr) == (141, "")


@pytest.mark.slow
def test_looking_loads_neither_an_engine_nor_the_web_framework() -> None:
    code = "import sys; from service.cli.models import main; main(['list']); "
    code += "print(*{m.split('.')[0] for m in sys.modules}, file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(ended.stderr.split())
    assert "service" in loaded
    assert not {"numpy", "flask", "tensorflow", "ai_edge_litert"} & loaded


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_940, "999.9 kB"),
        (999_960, "1.0 MB"),
        (5_893_584, "5.9 MB"),
        (3_200_000_000_000, "3200.0 GB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_fits(size: int, told: str) -> None:
    assert as_size(size) == told


def test_numbers_end_flush_in_a_table_and_no_line_ends_in_blanks() -> None:
    drawn = table((">n", "name", "note"), [("7", "a", ""), ("10", "bcdefg", "x")])

    assert drawn.splitlines() == [" n  name    note", " 7  a", "10  bcdefg  x"]
    assert plain(" a\tb\x07 ") == "a b"
