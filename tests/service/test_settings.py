"""What an operator can set, and what stops the start."""

from pathlib import Path

import pytest

from service.cpus import available_cpus
from service.errors import SettingsError
from service.serving.policy import Policy
from service.serving.routing import Share
from service.settings import ServerSettings, Settings


def test_without_variables_the_defaults_hold() -> None:
    settings = Settings.from_env({})

    assert settings == Settings(
        Path("models"), "mnist", "litert", 20 * 2**20, 25_000_000, 10**9, 1024, 0.0
    )
    assert str(settings.policy) == "latest:3"
    assert settings.reload_seconds == 2.0
    assert (settings.canary, settings.shadow) == (None, None)


def test_every_variable_of_the_application_is_read() -> None:
    environ = {
        "MNIST_MODELS_DIR": "/srv/models",
        "MNIST_MODEL": "digits-2_b",
        "MNIST_ENGINE": "tensorflow",
        "MNIST_MAX_UPLOAD_BYTES": "2048",
        "MNIST_MAX_PIXELS": "784",
        "MNIST_MAX_REQUEST_PIXELS": "5000000",
        "MNIST_MAX_BATCH": "9",
        "MNIST_MIN_TYPICALITY": "0.01",
        "MNIST_POLICY": "specific:3,1",
        "MNIST_RELOAD_SECONDS": "0.5",
        "MNIST_CANARY": "canary:2.5",
        "MNIST_SHADOW": "next:10",
    }

    settings = Settings.from_env(environ)

    assert settings == Settings(
        Path("/srv/models"),
        "digits-2_b",
        "tensorflow",
        2048,
        784,
        5_000_000,
        9,
        0.01,
        Policy(only=frozenset({1, 3})),
        0.5,
        canary=Share("canary", 2.5),
        shadow=Share("next", 10.0),
    )


def test_without_variables_the_server_uses_every_cpu_it_may() -> None:
    server = ServerSettings.from_env({})

    expected = ServerSettings("127.0.0.1", 8000, available_cpus(), 4, 30, "info")
    assert server == expected


def test_every_variable_of_the_server_is_read() -> None:
    environ = {
        "HOST": "::",
        "PORT": "0",
        "WORKERS": "3",
        "THREADS": "2",
        "MNIST_RECEIVE_SECONDS": "5",
        "MNIST_LOG_LEVEL": "debug",
    }

    server = ServerSettings.from_env(environ)

    assert server == ServerSettings("::", 0, 3, 2, 5, "debug")


VARIABLES = (
    "MNIST_MODELS_DIR",
    "MNIST_MODEL",
    "MNIST_ENGINE",
    "MNIST_MAX_UPLOAD_BYTES",
    "MNIST_MAX_PIXELS",
    "MNIST_MAX_REQUEST_PIXELS",
    "MNIST_MAX_BATCH",
    "MNIST_MIN_TYPICALITY",
    "MNIST_POLICY",
    "MNIST_RELOAD_SECONDS",
    "MNIST_CANARY",
    "MNIST_SHADOW",
    "HOST",
    "PORT",
    "WORKERS",
    "THREADS",
    "MNIST_RECEIVE_SECONDS",
    "MNIST_LOG_LEVEL",
)


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_value_counts_as_not_set(empty: str) -> None:
    environ = dict.fromkeys(VARIABLES, empty)

    assert Settings.from_env(environ) == Settings.from_env({})
    assert ServerSettings.from_env(environ) == ServerSettings.from_env({})


NUMBERS = {
    "MNIST_MAX_UPLOAD_BYTES": (1024, 2**30),
    "MNIST_MAX_PIXELS": (784, 10**9),
    "MNIST_MAX_REQUEST_PIXELS": (10**6, 10**12),
    "MNIST_MAX_BATCH": (1, 65536),
    "PORT": (0, 65535),
    "WORKERS": (1, 1024),
    "THREADS": (1, 256),
    "MNIST_RECEIVE_SECONDS": (1, 3600),
}


def _read(environ: dict[str, str]) -> None:
    Settings.from_env(environ)
    ServerSettings.from_env(environ)


@pytest.mark.parametrize("variable", NUMBERS)
@pytest.mark.parametrize("value", ["ten", "1.5", "-1", "1e3", "٣", "9" * 5000])
def test_a_value_that_is_no_number_is_refused(variable: str, value: str) -> None:
    least, most = NUMBERS[variable]
    said = f"{variable}='{value}': expected a whole number from {least} to {most}"

    with pytest.raises(SettingsError) as refusal:
        _read({variable: value})

    assert str(refusal.value) == said


@pytest.mark.parametrize("variable", NUMBERS)
def test_a_number_may_be_as_small_and_as_large_as_said(variable: str) -> None:
    least, most = NUMBERS[variable]

    _read({variable: str(least)})
    _read({variable: str(most)})
    with pytest.raises(SettingsError, match=f"{variable}='{least - 1}'"):
        _read({variable: str(least - 1)})
    with pytest.raises(SettingsError, match=f"{variable}='{most + 1}'"):
        _read({variable: str(most + 1)})


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("MNIST_ENGINE", "torch", "one of litert, tensorflow"),
        ("MNIST_POLICY", "newest", "latest, latest:3, specific:1,3 or all"),
        ("MNIST_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ("MNIST_MODEL", "../secret", "a name of letters, digits, '.', '_' and '-'"),
        ("MNIST_MODEL", "-_-", "a name of letters, digits, '.', '_' and '-'"),
        ("MNIST_MODEL", "modèle", "a name of letters, digits, '.', '_' and '-'"),
    ],
)
def test_a_value_that_is_no_choice_is_refused(
    variable: str, value: str, allowed: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        _read({variable: value})

    assert str(refusal.value) == f"{variable}='{value}': expected {allowed}"


@pytest.mark.parametrize(
    ("value", "share"), [("0", 0.0), ("1", 1.0), ("0.05", 0.05), (".5", 0.5)]
)
def test_the_least_typicality_may_be_any_share(value: str, share: float) -> None:
    settings = Settings.from_env({"MNIST_MIN_TYPICALITY": value})

    assert settings.min_typicality == share


@pytest.mark.parametrize("value", ["-0.1", "1.01", "nan", "1e-2", "1%", "0,01", "٣"])
def test_a_typicality_that_is_no_share_is_refused(value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({"MNIST_MIN_TYPICALITY": value})

    said = f"MNIST_MIN_TYPICALITY='{value}': expected a number from 0 to 1, as 0.01"
    assert str(refusal.value) == said


@pytest.mark.parametrize(
    ("value", "seconds"), [("0", 0.0), ("0.25", 0.25), ("3600", 3600.0)]
)
def test_the_folder_may_be_looked_at_as_often_as_said(
    value: str, seconds: float
) -> None:
    settings = Settings.from_env({"MNIST_RELOAD_SECONDS": value})

    assert settings.reload_seconds == seconds


@pytest.mark.parametrize("value", ["-1", "3600.1", "nan", "inf", "1e1", "2s", "1,5"])
def test_what_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({"MNIST_RELOAD_SECONDS": value})

    said = f"MNIST_RELOAD_SECONDS='{value}': expected seconds from 0 to 3600, as 0.5"
    assert str(refusal.value) == said


def test_a_shadow_reads_everything_unless_told_otherwise() -> None:
    settings = Settings.from_env({"MNIST_SHADOW": "canary"})

    assert settings.shadow == Share("canary", 100.0)


@pytest.mark.parametrize("variable", ["MNIST_CANARY", "MNIST_SHADOW"])
@pytest.mark.parametrize(
    "value", ["canary:0", "canary:101", "canary:", "canary:5%", ":5", "7:5", "a b:5"]
)
def test_what_is_no_share_of_a_label_is_refused(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({variable: value})

    said = "expected a label and a percentage above 0 and up to 100, as canary:5"
    assert str(refusal.value) == f"{variable}='{value}': {said}"


def test_a_canary_without_a_percentage_is_refused() -> None:
    with pytest.raises(SettingsError, match="MNIST_CANARY='canary': expected a label"):
        Settings.from_env({"MNIST_CANARY": "canary"})
