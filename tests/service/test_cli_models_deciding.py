"""mnist-models as an operator decides: promote, rollback, label and prune."""

import json
import os
import threading
from pathlib import Path

import pytest

from service.artifact import TFLITE_MODEL, version_numbers
from service.cli.models import main
from service.cli.models.verifying import installed_engines
from service.versions.labels import read_labels, write_labels
from service.versions.ledger import open_ledger
from service.versions.releases import read_releases
from tests.fakes import fake_version

Output = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: object) -> Path:
    """The folder of the fake versions 1 to 3, MNIST_MODELS_DIR leading to it."""
    for number in (1, 2, 3):
        fake_version(tmp_path, number)
    monkeypatch.setenv("MNIST_MODELS_DIR", str(tmp_path))
    return tmp_path / "mnist"


def stable(home: Path) -> int | None:
    return read_labels(home).get("stable")


def damage(home: Path, number: int) -> None:
    (home / str(number) / TFLITE_MODEL).write_bytes(b"other bytes")


def test_promote_makes_a_version_the_default_and_says_what_was(
    home: Path, capsys: Output
) -> None:
    assert main(["promote", "2", "--reason", "it is better"]) == 0
    assert main(["promote", "3"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "stable is version 2 now, it was not set before",
        "stable is version 3 now, it was 2 before",
    ]
    assert stable(home) == 3
    assert read_releases(home).history[0].reason == "it is better"


def test_promote_as_json_is_the_decision(home: Path, capsys: Output) -> None:
    main(["promote", "2"])
    capsys.readouterr()

    assert main(["promote", "3", "--json"]) == 0

    decision = json.loads(capsys.readouterr().out)
    assert decision.pop("time").endswith("+00:00")
    assert decision == {
        "action": "promoted",
        "version": 3,
        "label": "stable",
        "before": 2,
        "reason": "",
    }


def test_a_version_that_fails_its_proof_cannot_be_promoted(
    home: Path, capsys: Output
) -> None:
    damage(home, 3)

    assert main(["promote", "3"]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mnist-models: version 3 failed its proof: ")
    assert f"{TFLITE_MODEL} has sha256" in err
    assert stable(home) is None
    assert read_releases(home).history == ()


@pytest.mark.parametrize("command", [["promote", "3"], ["label", "canary", "3"]])
def test_a_person_who_waits_is_told_what_is_proved(
    home: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert main(command) == 0

    told = capsys.readouterr().err
    for engine in installed_engines():
        assert f"proving version 3 under {engine}" in told
    assert told.endswith("\r\033[K")


def test_where_nobody_watches_nothing_is_told_of_the_proof(
    home: Path, capsys: Output
) -> None:
    assert main(["promote", "3"]) == 0

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", [["promote", "3"], ["label", "canary", "3"]])
def test_a_policy_that_does_not_load_the_version_is_warned_of(
    home: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("MNIST_POLICY", "specific:1,2")

    assert main(command) == 0

    label = "stable" if command[0] == "promote" else "canary"
    assert capsys.readouterr().err == (
        "mnist-models: MNIST_POLICY=specific:1,2, as it is set here, does not load "
        f"version 3: the label {label} has no effect with it\n"
    )


@pytest.mark.parametrize("policy", ["specific:2,3", "latest", "all", "", "nonsense"])
def test_a_policy_that_loads_the_version_is_not(
    home: Path, policy: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("MNIST_POLICY", policy)

    assert main(["promote", "3"]) == 0

    assert capsys.readouterr().err == ""


def test_what_the_gate_refused_can_be_promoted_which_is_said_and_kept(
    home: Path, capsys: Output
) -> None:
    with open_ledger(home) as ledger:
        ledger.refuse(3, "accuracy 0.97")

    assert main(["promote", "3", "--reason", "a test"]) == 0

    assert "though the gate had refused it: accuracy 0.97" in capsys.readouterr().out
    releases = read_releases(home)
    assert releases.refused == {}
    assert releases.history[-1].reason == "a test; in spite of: accuracy 0.97"


def test_rollback_says_from_where_to_where_and_goes_on_back(
    home: Path, capsys: Output
) -> None:
    for number in ("1", "2", "3"):
        main(["promote", number])
    capsys.readouterr()

    assert main(["rollback", "--reason", "fails on sevens"]) == 0
    assert main(["rollback", "--json"]) == 0

    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "stable is version 2 again, it was 3 before"
    decision = json.loads("\n".join(rest))
    assert (decision["action"], decision["version"]) == ("rolled back", 1)
    assert decision["before"] == 2
    assert stable(home) == 1
    assert read_releases(home).history[3].reason == "fails on sevens"


@pytest.mark.parametrize(
    ("labels", "why"),
    [({}, "the label stable is not set"), ({"stable": 2}, "stable is version 2")],
)
def test_with_nothing_to_go_back_to_rollback_says_what_to_do(
    home: Path, labels: dict[str, int], why: str, capsys: Output
) -> None:
    write_labels(home, labels)

    assert main(["rollback"]) == 1

    err = capsys.readouterr().err
    assert f"there is nothing to go back to: {why}" in err
    assert "choose with `mnist-models promote N`" in err
    assert read_labels(home) == labels


def test_a_second_rollback_with_nothing_left_says_that_the_first_was_done(
    home: Path, capsys: Output
) -> None:
    main(["promote", "1"])
    main(["promote", "2"])
    main(["rollback"])
    capsys.readouterr()

    assert main(["rollback"]) == 1

    assert (
        "there is nothing to go back to: stable was put back already, from version 2 "
        "to version 1, and no other is known to have been it before that; see "
        "`mnist-models list`"
    ) in capsys.readouterr().err
    assert stable(home) == 1


@pytest.mark.parametrize("gone", [True, False])
def test_rollback_does_not_go_to_a_version_that_is_damaged_or_gone(
    home: Path, gone: bool, capsys: Output
) -> None:
    main(["promote", "1"])
    main(["promote", "2"])
    if gone:
        (home / "1").rename(home / "elsewhere")
    else:
        damage(home, 1)

    assert main(["rollback"]) == 1

    said = capsys.readouterr().err
    assert ("is not there" if gone else "failed its proof") in said
    assert "choose another with `mnist-models promote N`" in said
    assert stable(home) == 2


def test_rollback_gives_way_to_someone_who_decides_at_the_same_time(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    main(["promote", "1"])
    main(["promote", "2"])

    def meanwhile(*_: object) -> None:
        with open_ledger(home) as ledger:
            ledger.promote(3)

    monkeypatch.setattr("service.cli.models.moving.require_proof", meanwhile)

    assert main(["rollback"]) == 1
    assert "someone else moved stable meanwhile" in capsys.readouterr().err
    assert stable(home) == 3


def test_a_label_points_at_a_version_and_can_be_taken_away(
    home: Path, capsys: Output
) -> None:
    assert main(["label", "canary", "3"]) == 0
    assert read_labels(home) == {"canary": 3}
    assert main(["label", "--remove", "canary"]) == 0
    assert read_labels(home) == {}

    assert capsys.readouterr().out.splitlines() == [
        "canary is version 3 now, it was not set before",
        "the label canary is gone, it was 3 before",
    ]


def test_the_label_stable_is_moved_by_a_promotion(home: Path) -> None:
    main(["label", "stable", "2"])

    (decision,) = read_releases(home).history
    assert (decision.action, stable(home)) == ("promoted", 2)


def test_without_stable_it_is_said_which_version_answers(
    home: Path, capsys: Output
) -> None:
    main(["promote", "2"])
    with open_ledger(home) as ledger:
        ledger.refuse(3, "worse")
    capsys.readouterr()

    assert main(["label", "--remove", "stable"]) == 0

    assert capsys.readouterr().out.endswith("answers by default: 2\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["canary", "9"], 2, "there is no version 9"),
        (["a-b", "3"], 2, "'a-b' is no label, expected up to 64 letters"),
        (["canary", "2"], 1, "version 2 failed its proof"),
        (["--remove", "none"], 2, "there is no label 'none', expected one of []"),
    ],
)
def test_a_label_that_cannot_be_moved_stays(
    home: Path, arguments: list[str], code: int, said: str, capsys: Output
) -> None:
    damage(home, 2)

    assert main(["label", *arguments]) == code

    assert said in capsys.readouterr().err
    assert read_labels(home) == {}


def test_prune_says_what_went_and_what_that_freed(home: Path, capsys: Output) -> None:
    main(["promote", "3"])
    capsys.readouterr()

    assert main(["prune", "--keep", "1", "--dry-run"]) == 0
    assert version_numbers(home.parent, "mnist") == (1, 2, 3)
    assert main(["prune", "--keep", "1"]) == 0
    assert main(["prune", "--keep", "1"]) == 0

    planned, done, nothing = capsys.readouterr().out.splitlines()
    assert planned.startswith(f"would remove 1, 2 from {home}: ")
    assert done == planned.replace("would remove", "removed")
    assert done.endswith(" kB")
    assert nothing == f"nothing to remove in {home}"
    assert version_numbers(home.parent, "mnist") == (3,)


def test_prune_as_json(home: Path, capsys: Output) -> None:
    main(["promote", "3"])
    capsys.readouterr()

    assert main(["prune", "--keep", "2", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["versions"] == [1]
    assert document["freed"] > 1000
    assert document["dry_run"] is False


@pytest.mark.parametrize(
    "command",
    [["promote", "2"], ["label", "canary", "2"], ["prune", "--keep", "1"]],
)
def test_a_folder_that_is_read_only_is_a_sentence_and_nothing_changes(
    home: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    write_labels(home, {"stable": 3})
    before = sorted(home.iterdir())

    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    # Root may write into a folder without the right to, so the kernel's no is played.
    monkeypatch.setattr("service.versions.durable.Path.unlink", read_only)
    monkeypatch.setattr(os, "rename", read_only)

    assert main(command) == 3

    monkeypatch.undo()
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{home} cannot be changed: Read-only file system" in err
    assert "Traceback" not in err
    assert sorted(path for path in home.iterdir() if path.name[0] != ".") == before
    assert read_labels(home) == {"stable": 3}


def test_a_command_waits_for_another_that_is_deciding(home: Path) -> None:
    with open_ledger(home):
        waiting = threading.Thread(target=main, args=(["promote", "2"],))
        waiting.start()
        waiting.join(0.3)
        still_waits = waiting.is_alive()
        before = stable(home)
    waiting.join()

    assert still_waits
    assert (before, stable(home)) == (None, 2)
