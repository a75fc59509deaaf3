"""The command line: what it answers, says and leaves, for people and schedulers."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.training.conftest import write_npz
from training import cli
from training.cli import EXIT_CODES, main
from training.config import RECIPES
from training.data import Mnist
from training.errors import TrainingError
from training.gate import Verdict
from training.options import parse
from training.pipeline import Job
from training.release import Release


@pytest.fixture(autouse=True)
def _signal_restored() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def jobs(tiny: Mnist, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that were asked for, none of which is run; seed 13 is found worse."""
    asked: list[Job] = []

    def run(job: Job, _: Mnist) -> Release:
        asked.append(job)
        return Release(Path("models/mnist/3"), job.config.seed != 13, Verdict(2))

    monkeypatch.setattr("training.cli.load_mnist", lambda _: tiny)
    monkeypatch.setattr("training.pipeline.run", run)
    return asked


def test_without_options_the_seed_recipe_is_run_into_models_mnist(
    jobs: list[Job],
) -> None:
    code = main([])

    (job,) = jobs
    assert code == 0
    assert job == Job(RECIPES["seed"], Path("models"), "mnist", "mnist-train")


def test_options_reach_the_job_and_the_command_is_kept(jobs: list[Job]) -> None:
    arguments = ["--seed", "3", "--name", "my digits".replace(" ", "-"), "--resume"]
    arguments += ["--models-dir", "a b", "--optimizer", "momentum"]

    code = main(arguments)

    (job,) = jobs
    assert code == 0
    assert (job.config.seed, job.config.optimizer) == (3, "momentum")
    assert (job.name, job.models_dir, job.resume) == ("my-digits", Path("a b"), True)
    assert job.command == (
        "mnist-train --seed 3 --name my-digits --resume "
        "--models-dir 'a b' --optimizer momentum"
    )


def test_a_version_that_the_gate_refused_has_a_code_of_its_own(
    jobs: list[Job],
) -> None:
    assert main(["--seed", "13"]) == cli.REFUSED
    assert cli.REFUSED not in {0, *EXIT_CODES.values()}


def test_force_and_the_gates_settings_reach_the_job(
    jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_GATE_SIZE", "2.5")

    main(["--force"])

    (job,) = jobs
    assert (job.force, job.gate.size) == (True, 2.5)


def test_a_bad_setting_of_the_gate_is_told_before_anything_is_done(
    jobs: list[Job],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MNIST_GATE_SPEED", "fast")

    assert main([]) == 2
    assert capsys.readouterr().err == (
        "mnist-train: MNIST_GATE_SPEED='fast': expected a number from 0 to 1000\n"
    )
    assert jobs == []


def test_the_environment_gives_defaults_that_options_override() -> None:
    environ = {"MNIST_MODELS_DIR": "/m", "MNIST_DATA": "/d"}

    default, given = parse([], environ), parse(["--data", "x"], environ)

    assert (default.models_dir, default.data) == (Path("/m"), Path("/d"))
    assert given.data == Path("x")


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "", "ß"])
def test_a_name_that_is_no_plain_folder_name_is_refused(
    name: str, jobs: list[Job], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--name", name]) == 2
    assert f"the name is {name!r}" in capsys.readouterr().err
    assert jobs == []


def test_a_value_out_of_range_is_a_usage_error_before_anything_is_done(
    jobs: list[Job], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--epochs", "0"]) == 2
    assert capsys.readouterr().err == (
        "mnist-train: the number of epochs is 0, expected 1 to 100000\n"
    )


def test_an_unknown_option_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--epoch", "1"])

    assert stop.value.code == 2


def test_help_teaches_every_option_variable_and_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    said = capsys.readouterr().out
    for word in (
        *("--recipe", "--epochs", "--batch-size", "--optimizer", "--learning-rate"),
        *("--seed", "--name", "--models-dir", "--data", "--resume"),
        *("--force", "MNIST_MODELS_DIR", "MNIST_DATA"),
        *("MNIST_GATE_ALPHA", "MNIST_GATE_ECE", "MNIST_GATE_PARITY"),
        *("MNIST_GATE_SIZE", "MNIST_GATE_SPEED"),
    ):
        assert word in said
    for code in (0, cli.REFUSED, *EXIT_CODES.values(), cli.INTERRUPTED, cli.TERMINATED):
        assert f" {code}  " in said


def raising(error: BaseException) -> Callable[[object], None]:
    def load(_: object) -> None:
        raise error

    return load


@pytest.mark.parametrize("kind", EXIT_CODES)
def test_each_error_has_its_code_and_one_line_without_traceback(
    kind: type[TrainingError],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("training.cli.load_mnist", raising(kind("a sentence")))

    code = main([])

    assert code == EXIT_CODES[kind]
    assert capsys.readouterr().err == "mnist-train: a sentence\n"


def test_every_error_of_the_job_has_a_code() -> None:
    assert set(EXIT_CODES) == set(TrainingError.__subclasses__())
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_signal_ends_the_job_with_its_code_and_a_line(
    number: signal.Signals,
    code: int,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def load(_: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr("training.cli.load_mnist", load)

    assert main([]) == code
    assert capsys.readouterr().err == f"mnist-train: {word}; go on with --resume\n"


def test_without_the_training_packages_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise ModuleNotFoundError("No module named 'tensorflow'")

    monkeypatch.setattr("training.cli.import_tensorflow", missing)

    assert main([]) == 69
    assert "`make train` installs what training needs" in capsys.readouterr().err


def train(*arguments: str | Path, **environ: str) -> "subprocess.Popen[str]":
    """`python -m training` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "training", *arguments],
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_job_as_a_program_tells_wrong_data_in_one_line(
    tmp_path: Path, tiny: Mnist
) -> None:
    write_npz(tmp_path / "mnist.npz", tiny)

    process = train("--data", tmp_path / "mnist.npz", "--models-dir", tmp_path / "m")
    out, err = process.communicate()

    assert process.returncode == 65
    assert out == ""
    assert err.startswith("mnist-train: ")
    assert "x_train has sha256" in err
    assert "Traceback" not in err
    assert not (tmp_path / "m").exists()
