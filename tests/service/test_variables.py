"""MNIST_ variables that nothing reads are told of."""

import logging
import os
import runpy
from pathlib import Path

import pytest

from service import settings
from service.variables import known, unknown

CONFIG = Path(settings.__file__).parent / "gunicorn.conf.py"


def test_what_the_settings_read_is_known() -> None:
    names = known({})

    assert {"MNIST_MODELS_DIR", "MNIST_RECEIVE_SECONDS", "HOST", "THREADS"} <= names


def test_variables_that_are_read_and_those_of_others_are_passed_over() -> None:
    environ = {"MNIST_MAX_BATCH": "9", "PORT": "80", "PATH": "/bin", "MNIST": "1"}
    elsewhere = {
        "MNIST_DATA": "x",
        "MNIST_GATE_X": "1",
        "MNIST_TESTS_REQUIRE_DATA": "1",
    }

    assert unknown({**environ, **elsewhere}) == []


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("MNIST_MAX_BACTH", "MNIST_MAX_BATCH"),
        ("MNIST_MODEL_DIR", "MNIST_MODELS_DIR"),
        ("MNIST_RECIEVE_SECONDS", "MNIST_RECEIVE_SECONDS"),
        ("MNIST_ENGINE_", "MNIST_ENGINE"),
        ("MNIST_engine", "MNIST_ENGINE"),
    ],
)
def test_a_mistyped_variable_is_named_with_the_closest_that_is_known(
    mistyped: str, meant: str
) -> None:
    (said,) = unknown({mistyped: "1"})

    assert said.startswith(f"{mistyped} is set, and without effect")
    assert said.endswith(f"the closest is {meant}")


def test_each_is_told_of() -> None:
    said = unknown({"MNIST_WORKERS": "3", "MNIST_": ""})

    assert [sentence.split()[0] for sentence in said] == ["MNIST_", "MNIST_WORKERS"]


def test_the_start_logs_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in [name for name in os.environ if name.startswith("MNIST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MNIST_MIN_TYPICALTY", "0.01")

    runpy.run_path(str(CONFIG))["on_starting"](None)

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "the closest is MNIST_MIN_TYPICALITY" in record.getMessage()
