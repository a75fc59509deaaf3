"""Which engine a name opens, and that the other is not even imported."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from service.engines import ENGINES, open_engine
from service.engines.litert import LiteRTEngine


def test_there_are_two_engines() -> None:
    assert ENGINES == ("litert", "tensorflow")


def test_litert_opens_litert(models_dir: Path) -> None:
    opened = open_engine("litert", models_dir / "mnist" / "1")

    assert isinstance(opened, LiteRTEngine)


def test_tensorflow_opens_tensorflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = ModuleType("service.engines.tensorflow")
    vars(stand_in)["TensorFlowEngine"] = lambda folder: ("tensorflow", folder)
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)

    opened: object = open_engine("tensorflow", tmp_path)

    assert opened == ("tensorflow", tmp_path)


def test_an_engine_that_is_not_installed_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "service.engines.tensorflow", raising=False)
    monkeypatch.setitem(sys.modules, "tensorflow", None)

    with pytest.raises(ImportError, match="tensorflow"):
        open_engine("tensorflow", tmp_path)
