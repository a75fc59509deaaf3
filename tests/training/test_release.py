"""A candidate is published, judged and promoted, and what serves never flickers.

The engines are fakes that read a digit off the first pixel; what they misread is said
by the version's folder, in a file of its own.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from service.artifact import (
    TFLITE_MODEL,
    Calibration,
    checksums,
    read_manifest,
    version_numbers,
    write_manifest,
)
from service.digits import Shown, to_pixels
from service.errors import FolderError as CannotChange
from service.serving.proof import Golden, write_golden
from service.versions.labels import LABELS, read_labels, write_labels
from service.versions.ledger import Ledger, open_ledger
from service.versions.releases import RELEASES, default_version, read_releases
from tests.fakes import FakeEngine, fake_digit, fake_manifest
from training import release as releasing
from training.data import Mnist
from training.errors import FolderError, WriteError
from training.gate import Check, Verdict
from training.gate_settings import GateSettings
from training.incumbent import Incumbent, find_incumbent
from training.release import Release, release
from training.staging import Stage, publish, staging
from training.versus import measure

# Their speed is not what is tested here, and the machine may be busy.
SETTINGS = GateSettings(speed=1000)
WRONG = "wrong"
Train = Callable[..., Release]


class Misreading(FakeEngine):
    """FakeEngine, but every picture whose second pixel is below `wrong` is a nine."""

    def __init__(self, wrong: int) -> None:
        super().__init__()
        self._wrong = wrong

    def predict(self, shown: Shown) -> NDArray[np.float32]:
        answers = super().predict(shown)
        misread = np.rint(self.shown[-1][:, 1] * 255) < self._wrong
        answers[misread] = np.roll(answers[misread], 1, axis=1)
        return answers


@pytest.fixture(autouse=True)
def _fake_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_fake(_: str, folder: Path) -> FakeEngine:
        return Misreading(int((folder / WRONG).read_text()))

    monkeypatch.setattr("service.serving.proof.open_engine", open_fake)


@pytest.fixture(scope="module")
def pictures() -> Mnist:
    """200 pictures, numbered in their second pixel."""
    labels = (np.arange(200) % 10).astype(np.uint8)
    digits = np.stack([fake_digit(int(label)) for label in labels])
    digits[:, 1] = np.arange(200)
    return Mnist(digits, labels, digits, labels)


def write_version(folder: Path, number: int, wrong: int) -> None:
    """A version that misreads the first `wrong` pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    digits = np.stack([fake_digit(digit) for digit in range(10)])
    answers = Misreading(wrong).predict(to_pixels(digits))
    (folder / "model.keras").write_bytes(b"no real network")
    (folder / TFLITE_MODEL).write_bytes(b"nor here")
    (folder / WRONG).write_text(str(wrong))
    write_golden(folder, Golden(digits, answers))
    write_manifest(folder, fake_manifest(number, checksums(folder)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a model without versions."""
    return tmp_path / "mnist"


@pytest.fixture
def train(home: Path, pictures: Mnist) -> Train:
    """Publish a version with so many mistakes, as `mnist-train` does."""

    def run(wrong: int, *, force: bool = False) -> Release:
        with staging(home) as stage:
            write_version(stage.version, 99, wrong)
            return release(stage, pictures, SETTINGS, force=force)

    return run


def default(home: Path) -> int | None:
    """What a service that reads the folder now answers with."""
    numbers = version_numbers(home.parent, home.name)
    return default_version(numbers, read_labels(home), read_releases(home))


def test_the_first_version_is_promoted_without_comparison(
    home: Path, train: Train
) -> None:
    found = train(100)

    assert (found.folder, found.promoted) == (home / "1", True)
    assert found.verdict.checks == ()
    assert found.advice == (
        "version 1 is the default now: there is no version to compare it with"
    )
    assert read_labels(home) == {"stable": 1}
    (decision,) = read_releases(home).history
    assert decision.reason == "there is no version to compare it with"


@pytest.mark.parametrize("wrong", [20, 10, 0])
def test_a_version_that_is_not_worse_is_promoted(
    home: Path, train: Train, wrong: int
) -> None:
    train(20)

    found = train(wrong)

    assert found.promoted
    assert found.verdict.default == 1
    assert read_labels(home) == {"stable": 2}
    last = read_releases(home).history[-1]
    assert (last.action, last.version, last.before) == ("promoted", 2, 1)
    assert last.reason == "not worse than version 1"


def test_a_worse_version_stays_on_disk_marked_with_its_reason(
    home: Path, train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    train(20)
    capsys.readouterr()

    found = train(60)

    assert (found.folder, found.promoted) == (home / "2", False)
    assert read_manifest(home / "2").version == 2
    assert read_labels(home) == {"stable": 1}
    releases = read_releases(home)
    assert releases.refused == {2: found.verdict.reason}
    assert releases.refused[2].startswith(
        "worse than version 1: accuracy 0.7000 against 0.9000 (p 0.05 or more; 40 "
        "lost, 0 won: p "
    )
    last = releases.history[-1]
    assert (last.action, last.version, last.reason) == (
        "refused",
        2,
        found.verdict.reason,
    )
    assert "WORSE" in capsys.readouterr().out


def test_it_is_said_how_a_refused_version_is_looked_at_and_promoted(
    home: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.release._program", lambda: "mnist-models")
    train(20)

    first, look, promote = train(60).advice.splitlines()

    assert first.startswith("version 2 is not the default, which still is version 1: ")
    where = f"--models-dir {home.parent}"
    assert look.endswith(f"  mnist-models show 2 {where}")
    assert promote.endswith(f"  mnist-models promote 2 {where}")


def test_the_advice_leaves_out_what_the_environment_says_and_names_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MODELS_DIR", str(tmp_path))
    verdict = Verdict(1, (Check("size", "2", "1", "up to 1", passed=False),))

    plain = Release(tmp_path / "mnist" / "2", False, verdict).advice
    other = Release(tmp_path / "digits" / "2", False, verdict).advice

    assert plain.endswith("promote 2")
    assert other.endswith("promote 2 --model digits")


def test_forced_it_is_promoted_and_what_failed_is_kept(
    home: Path, train: Train
) -> None:
    train(20)

    found = train(60, force=True)

    assert found.promoted
    assert not found.verdict.passed
    assert "as --force demands, though worse than version 1" in found.advice
    assert read_labels(home) == {"stable": 2}
    releases = read_releases(home)
    assert releases.refused == {}
    assert releases.history[-1].reason.startswith(
        "forced, though worse than version 1: accuracy 0.7000 against 0.9000"
    )


def test_force_where_nothing_is_worse_is_an_ordinary_promotion(
    home: Path, train: Train
) -> None:
    train(20)
    train(20, force=True)

    assert read_releases(home).history[-1].reason == "not worse than version 1"


def test_where_the_default_is_damaged_it_is_compared_with_nothing_and_said_so(
    home: Path, train: Train
) -> None:
    train(20)
    (home / "1" / TFLITE_MODEL).write_bytes(b"other bytes")

    found = train(60)

    assert found.promoted
    assert found.verdict.reason.startswith(
        "compared with nothing, since version 1 is damaged: "
    )
    assert TFLITE_MODEL in found.verdict.reason
    assert read_labels(home) == {"stable": 2}
    assert read_releases(home).history[-1].reason == found.verdict.reason


def test_a_default_that_is_gone_is_none(home: Path, train: Train) -> None:
    write_version(home / "1", 1, 20)
    write_labels(home, {"stable": 5})

    found = train(60)

    assert found.folder == home / "6", "a number that a label names is not given again"
    assert found.promoted
    assert "version 5 is damaged" in found.verdict.reason


def test_a_default_that_lies_under_anothers_number_is_damaged(
    home: Path, train: Train
) -> None:
    write_version(home / "1", 7, 20)
    write_labels(home, {"stable": 1})

    assert "version 1 is damaged: it holds mnist 7" in train(60).verdict.reason


def test_without_stable_it_is_compared_with_the_newest_good_one_not_refused(
    home: Path, train: Train
) -> None:
    for number, wrong in ((1, 150), (2, 20), (3, 0), (4, 0)):
        write_version(home / str(number), number, wrong)
    (home / "3" / TFLITE_MODEL).write_bytes(b"damaged")
    with open_ledger(home) as ledger:
        ledger.refuse(4, "by hand")

    found = train(60)

    assert (found.verdict.default, found.promoted) == (2, False)


def test_what_serves_without_a_label_is_labelled_before_the_candidate_is_seen(
    home: Path,
    train: Train,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_version(home / "1", 1, 20)
    before: list[int | None] = []
    after: list[int | None] = []
    real = publish

    def watched(stage: Stage) -> Path:
        before.append(default(home))
        folder = real(stage)
        after.append(default(home))
        return folder

    monkeypatch.setattr("training.release.publish", watched)

    train(60)

    assert (before, after, default(home)) == ([1], [1], 1)
    assert read_labels(home) == {"stable": 1}
    assert "the label stable is set to version 1" in capsys.readouterr().out


def test_a_decision_made_meanwhile_is_judged_against(
    home: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(50)
    write_version(home / "2", 2, 0)
    real, asked = find_incumbent, []

    def slowly(folder: Path, mnist: Mnist) -> Incumbent:
        found = real(folder, mnist)
        asked.append(found.number)
        if len(asked) == 1:
            with open_ledger(home) as ledger:
                ledger.promote(2)
        return found

    monkeypatch.setattr("training.release.find_incumbent", slowly)

    found = train(40)

    assert asked == [1, 2]
    assert (found.verdict.default, found.promoted) == (2, False)
    assert read_labels(home) == {"stable": 2}


@pytest.mark.parametrize("name", [LABELS, RELEASES])
def test_a_damaged_file_of_decisions_is_named_and_nothing_is_published(
    home: Path, train: Train, name: str
) -> None:
    train(20)
    (home / name).write_text("{half")

    with pytest.raises(FolderError, match=name):
        train(20)

    assert version_numbers(home.parent, "mnist") == (1,)


def test_a_disk_that_fails_after_the_publishing_says_that_it_is_published(
    home: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(20)

    def fail(ledger: Ledger, *_: object) -> None:
        raise CannotChange(f"{ledger.folder} cannot be changed: No space left")

    monkeypatch.setattr("service.versions.ledger.Ledger.promote", fail)

    with pytest.raises(WriteError, match=r"mnist/2 is published, but .*No space left"):
        train(20)

    assert default(home) == 1


def test_a_disk_that_fails_before_the_publishing_publishes_nothing(
    home: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_version(home / "1", 1, 20)

    def fail(ledger: Ledger, *_: object) -> None:
        raise CannotChange(f"{ledger.folder} cannot be changed: No space left")

    monkeypatch.setattr("service.versions.ledger.Ledger.promote", fail)

    with pytest.raises(WriteError, match="see `mnist-models list`"):
        train(20)

    assert version_numbers(home.parent, "mnist") == (1,)


def test_the_answers_compared_are_calibrated_as_the_service_gives_them(
    home: Path, pictures: Mnist
) -> None:
    write_version(home / "1", 1, 20)
    plain = measure(home / "1", pictures)
    manifest = read_manifest(home / "1")

    write_manifest(home / "1", replace(manifest, calibration=Calibration(5.0, 100)))
    cooler = measure(home / "1", pictures)

    assert np.array_equal(plain.probabilities, cooler.probabilities)
    assert plain.ece != cooler.ece


def test_the_tool_that_promotes_is_named_as_it_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mnist-models").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", "")

    beside = releasing._program()
    (tmp_path / "bin" / "mnist-models").unlink()

    assert (beside, releasing._program()) == ("bin/mnist-models", "mnist-models")
