"""`mnist-train measure`: a version's robustness, asked of the real service."""

import http.client
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from service.artifact import (
    GOLDEN,
    checksums,
    read_manifest,
    sha256,
    verify,
    write_manifest,
)
from service.serving.proof import Golden, read_golden, write_golden
from tests.fakes import Digit, FakeEngine, fake_version
from training.data import Mnist
from training.errors import ProofError, TrainingError, UsageError, WriteError
from training.measuring import resealing, served
from training.measuring.card import BEGIN, END, section, with_section
from training.measuring.corruptions import CORRUPTIONS
from training.measuring.measure import main
from training.measuring.parts import Part, Subject, as_markdown, as_text, progress
from training.measuring.photographs import SIZES
from training.measuring.robustness import drawn_rows, measure_robustness
from training.measuring.served import UNREAD, serving

FEW = ["--copies", "10", "--photographs", "4"]
PART = Part(
    name="hats",
    title="Digits with hats",
    says="How hats are read.",
    columns=("kind", "share"),
    rows=(("bowler", "9.0%"), ("top", "10.0%")),
    document={"rows": []},
)


@pytest.fixture
def forty(digits: list[Digit], monkeypatch: pytest.MonkeyPatch) -> Mnist:
    """Forty real digits, which the command is given for MNIST."""
    pixels = np.stack([digit.pixels for digit in digits])
    labels = np.array([digit.label for digit in digits], np.uint8)
    mnist = Mnist(pixels, labels, pixels, labels)
    monkeypatch.setattr("training.measuring.measure.load_mnist", lambda _: mnist)
    monkeypatch.setattr(resealing, "GRACE_SECONDS", 0)
    return mnist


@pytest.fixture
def version(models_dir: Path, tmp_path: Path) -> Path:
    """A copy of the real version 1."""
    folder = tmp_path / "copy"
    shutil.copytree(models_dir / "mnist" / "1", folder)
    return folder


@pytest.mark.slow
def test_the_report_gains_a_section_figures_and_a_picture(
    version: Path, forty: Mnist, capsys: pytest.CaptureFixture[str]
) -> None:
    heading = "## How it was trained"
    trained = (version / "report" / "model_card.md").read_text()
    before, _, after = trained.partition(BEGIN)

    code = main([str(version), *FEW])
    first = (version / "report" / "model_card.md").read_text()
    again = main([str(version), *FEW, "--seed", "0"])

    card = (version / "report" / "model_card.md").read_text()
    document = json.loads((version / "report" / "robustness.json").read_bytes())
    assert (code, again) == (0, 0)
    assert "inverted contrast" in capsys.readouterr().out
    assert card.startswith(before)
    assert card.endswith(after.partition(END)[2])
    assert heading in card.partition(END)[2]
    assert (card.count(BEGIN), card.count(END)) == (1, 1)
    assert card.replace(" --seed 0\n", "\n") == first
    assert f"mnist-train measure {version}" in document["command"]
    assert len(document["rows"]) == 1 + len(CORRUPTIONS) + len(SIZES) + 1
    with Image.open(version / "report" / "robustness.png") as image:
        assert image.format == "PNG"
    verify(version, read_manifest(version))
    assert dict(read_manifest(version).files) == checksums(version)


@pytest.mark.slow
def test_without_writing_the_version_stays_as_it_is_and_json_is_all_that_is_printed(
    version: Path, forty: Mnist, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before, sheet = checksums(version), tmp_path / "sheet.png"

    main([str(version), *FEW, "--no-write", "--json", "--sheet", str(sheet)])

    printed = capsys.readouterr()
    rows = json.loads(printed.out)["robustness"]["rows"]
    plain = rows[0]
    assert checksums(version) == before
    assert plain["kind"] == "as they are"
    assert plain["right"] == plain["alone"] == plain["pictures"] == 10
    assert rows[-1]["pictures"] == 4
    assert "photographs, 1000 to 2000 px: 1 of 1" in printed.err
    with Image.open(sheet) as image:
        assert min(image.size) > 1000


@pytest.mark.slow
def test_the_service_answers_as_the_network_does_and_is_gone_at_the_end(
    models_dir: Path, digits: list[Digit], monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.stack([digit.pixels.reshape(28, 28) for digit in digits])
    blank = np.zeros((1, 28, 28), np.uint8)
    told: list[int] = []
    for variable, value in (("PORT", "1"), ("MNIST_ENGINE", "none"), ("WORKERS", "x")):
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(served, "BATCH", 16)

    with serving(models_dir / "mnist" / "1") as client:
        answers = client.read_digits(np.concatenate([pixels, blank]), told.append)
        seven = client.read_picture(digits[28].encoded, "image/png")
        nothing = client.read_picture(_png(blank[0]), "image/png")
        with pytest.raises(ProofError, match="415"):
            client.read_picture(b"seven", "text/plain")

    assert answers[:-1].tolist() == [digit.label for digit in digits]
    assert told == [16, 32, 41]
    assert (seven, nothing, answers[-1]) == (7, UNREAD, UNREAD)
    with pytest.raises(ProofError, match="stopped answering"):
        client.read_picture(digits[0].encoded, "image/png")


@pytest.mark.slow
def test_the_service_is_gone_after_an_interruption_too(models_dir: Path) -> None:
    ports: list[int] = []

    with pytest.raises(KeyboardInterrupt):
        _interrupted(models_dir / "mnist" / "1", ports)

    (port,) = ports
    connection = http.client.HTTPConnection("127.0.0.1", port)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()


def _interrupted(version: Path, ports: list[int]) -> None:
    with serving(version) as client:
        ports.append(client.port)
        raise KeyboardInterrupt


@pytest.mark.slow
def test_a_version_that_the_service_refuses_is_an_error_with_its_reason(
    version: Path,
) -> None:
    golden = read_golden(version)
    write_golden(version, Golden(golden.digits, golden.probabilities[::-1]))
    manifest = read_manifest(version)
    files = {**manifest.files, GOLDEN: sha256(version / GOLDEN)}
    write_manifest(version, replace(manifest, files=files))

    with (
        pytest.raises(ProofError, match=r"does not serve the version: .*golden digits"),
        serving(version),
    ):
        pass


def test_a_service_that_does_not_start_is_an_error_with_its_log(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    false = shutil.which("false")
    monkeypatch.setattr(sys, "executable", false)

    with (
        pytest.raises(ProofError, match="did not start; its log ends: empty"),
        serving(models_dir / "mnist" / "1"),
    ):
        pass


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--copies", "0"], "--copies is 0, expected 1 to 10000"),
        (["--copies", "10001"], "--copies is 10001"),
        (["--photographs", "3"], "--photographs is 3, expected 4 to 10000"),
        (["--seed", "-1"], "--seed is -1"),
    ],
)
def test_a_value_out_of_range_is_named(
    models_dir: Path, arguments: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        main([str(models_dir / "mnist" / "1"), *arguments])


def test_what_is_no_whole_version_is_refused_before_anything_is_measured(
    version: Path, tmp_path: Path
) -> None:
    (version / "model.tflite").write_bytes(b"damaged")

    for folder, said in ((tmp_path, "manifest.json"), (version, "model.tflite")):
        with pytest.raises(UsageError, match=f"no whole version: .*{said}"):
            main([str(folder)])


@pytest.mark.slow
def test_a_sheet_that_cannot_be_written_is_named(version: Path, forty: Mnist) -> None:
    sheet = version / "nowhere" / "sheet.png"

    with pytest.raises(WriteError, match=r"sheet\.png could not be written: No such"):
        main([str(version), "--no-write", "--sheet", str(sheet)])


class FakeClient:
    """Reads every copy as a 7 and refuses every other photograph."""

    def __init__(self) -> None:
        self.asked = 0

    def read_digits(
        self, digits: NDArray[np.uint8], seen: Callable[[int], None]
    ) -> NDArray[np.int64]:
        seen(len(digits))
        return np.full(len(digits), 7)

    def read_picture(self, *_: object) -> int:
        self.asked += 1
        return UNREAD if self.asked % 2 else 7


def test_what_was_refused_is_counted_and_is_wrong(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def fake_serving(_: Path) -> Iterator[FakeClient]:
        yield FakeClient()

    monkeypatch.setattr("training.measuring.robustness.serving", fake_serving)
    digit = np.zeros((20, 784), np.uint8)
    digit[:, 200:220] = 255
    sevens = Mnist(digit, np.full(20, 7, np.uint8), digit, np.full(20, 7, np.uint8))

    part = measure_robustness(Subject(fake_version(tmp_path), sevens, 0, 5, 8))

    rows = {row["kind"]: row for row in part.document["rows"]}
    # The fake network reads the first pixel, which is 0 and white when inverted.
    assert (rows["as they are"]["right"], rows["as they are"]["alone"]) == (5, 0)
    photographed = rows["photographs, all"]
    assert (photographed["pictures"], photographed["right"]) == (8, 4)
    assert (photographed["unread"], photographed["accuracy"]) == (4, 0.5)
    low, high = photographed["interval"]
    assert low < 0.5 < high
    assert part.rows[-1][-1] == ""


def test_a_version_that_fails_its_proof_is_an_error(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Mnist
) -> None:
    @contextmanager
    def fake_serving(_: Path) -> Iterator[FakeClient]:
        yield FakeClient()

    monkeypatch.setattr("training.measuring.robustness.serving", fake_serving)
    folder = fake_version(tmp_path)
    (folder / "model.tflite").write_bytes(b"damaged")

    with pytest.raises(TrainingError, match=r"fails its proof: .*model\.tflite"):
        measure_robustness(Subject(folder, tiny, 0, 5, 8))


def test_the_digits_taken_are_drawn_from_the_whole_test_set() -> None:
    chosen = drawn_rows(2000, of=10_000, seed=0)

    assert len(set(chosen.tolist())) == 2000
    assert np.all(np.diff(chosen) > 0)
    assert 900 < np.count_nonzero(chosen < 5000) < 1100
    assert np.array_equal(drawn_rows(10_000, of=10_000, seed=1), np.arange(10_000))


def test_a_card_keeps_all_that_stands_outside_the_section() -> None:
    card = "# mnist\n\nGood.\n\n## How it was trained\n\nLong.\n"

    once = with_section(card, section([PART], "first"))
    twice = with_section(once, section([PART], "second"))

    before, _, rest = twice.partition(BEGIN)
    inside, _, after = rest.partition(END)
    assert before == "# mnist\n\nGood.\n\n"
    assert "second" in inside
    assert "first" not in inside
    assert after == "\n\n## How it was trained\n\nLong.\n"


def test_a_card_without_a_word_on_training_gets_the_section_at_its_end() -> None:
    card = with_section("# mnist\n", section([PART], "command"))

    assert card.startswith("# mnist\n")
    assert card.endswith(f"{END}\n")


def test_a_table_is_aligned_for_a_terminal_and_marked_for_the_card() -> None:
    text, markdown = as_text(PART), as_markdown(PART)

    assert text.splitlines()[2:] == [
        "kind    share",
        "bowler   9.0%",
        "top     10.0%",
    ]
    assert "| kind | share |\n| --- | ---: |\n| bowler | 9.0% |" in markdown
    assert "![" not in markdown


def test_progress_in_a_log_is_one_line_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell = progress("hats", 2000)

    for done in (500, 1000, 2000):
        tell(done)

    assert capsys.readouterr().err == "hats: 2,000 of 2,000\n"


def _png(digit: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(digit).save(file, "PNG")
    return file.getvalue()
