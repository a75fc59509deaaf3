"""mnist-serve and gunicorn's configuration: checked first, then started."""

import os
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from service import settings
from service.cli import serve

CONFIG = Path(settings.__file__).parent / "gunicorn.conf.py"
VARIABLES = sorted(
    set(re.findall(r'"((?:MNIST_)?[A-Z_]{4,})"', Path(settings.__file__).read_text()))
)

Output = pytest.CaptureFixture[str]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that this process would have become."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, command: commands.append(command))
    return commands


def test_good_settings_start_gunicorn_with_the_configuration(
    started: list[list[str]],
) -> None:
    serve.main([])

    assert started == [[sys.executable, "-m", "gunicorn", "-c", str(CONFIG)]]
    assert CONFIG.is_file()


@pytest.mark.parametrize(
    ("variable", "value"), [("MNIST_ENGINE", "torch"), ("PORT", "http")]
)
def test_a_bad_setting_ends_it_with_a_sentence(
    started: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
    variable: str,
    value: str,
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SystemExit) as ended:
        serve.main([])

    assert ended.value.code == 2
    assert started == []
    sentence = f"mnist-serve: {variable}='{value}': expected "
    assert capsys.readouterr().err.startswith(sentence)


def test_the_settings_source_names_its_variables() -> None:
    assert "MNIST_MODELS_DIR" in VARIABLES
    assert "PORT" in VARIABLES
    assert len(VARIABLES) >= 12


def test_its_help_names_every_variable(capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        serve.main(["--help"])

    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert [name for name in VARIABLES if not re.search(rf"\b{name}\b", out)] == []


def test_a_person_at_a_terminal_is_told_what_to_try(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("PORT", "9000")

    serve.main([])

    said = capsys.readouterr().err
    assert "http://127.0.0.1:9000/v1/classify" in said
    (picture,) = re.findall(r"--data-binary @(\S+)", said)
    assert (Path(__file__).parent.parent.parent / picture).is_file()


def test_a_log_that_no_person_reads_gets_no_welcome(
    started: list[list[str]], capsys: Output
) -> None:
    serve.main([])

    assert len(started) == 1
    assert capsys.readouterr() == ("", "")


def _config() -> dict[str, Any]:
    return runpy.run_path(str(CONFIG))


def test_gunicorn_is_told_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104, nothing listens here
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("WORKERS", "3")
    monkeypatch.setenv("THREADS", "2")

    config = _config()

    assert config["bind"] == "0.0.0.0:9000"
    assert (config["workers"], config["threads"]) == (3, 2)
    assert config["wsgi_app"] == "service.app:create_app()"


def test_an_ipv6_address_is_bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "::1")

    assert _config()["bind"] == "[::1]:8000"


@pytest.mark.parametrize("variable", ["WORKERS", "MNIST_MAX_BATCH"])
def test_a_bad_setting_stops_gunicorn_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "many")

    with pytest.raises(SystemExit, match=f"mnist-serve: {variable}='many': expected"):
        _config()
