"""What most tests need: the models, the application over them, real digits."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis
from PIL import Image

from service.api.application import Application
from service.app import create_app
from service.settings import Settings
from tests.fakes import Digit, FakeEngine, fake_version

if TYPE_CHECKING:
    from training.data import Mnist

ROOT = Path(__file__).parent.parent

# `MNIST_TESTS_EXAMPLES=3000 pytest tests/service` searches long and at random.
EXAMPLES = os.environ.get("MNIST_TESTS_EXAMPLES")
hypothesis.register_profile("quick", max_examples=20, deadline=None, derandomize=True)
hypothesis.register_profile(
    "thorough", max_examples=int(EXAMPLES or 1), deadline=None, derandomize=False
)
hypothesis.load_profile("thorough" if EXAMPLES else "quick")


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The repository's own models: version 1 of mnist is among them."""
    return ROOT / "models"


@pytest.fixture(scope="session")
def settings(models_dir: Path) -> Settings:
    """The defaults, over the repository's models wherever pytest was started."""
    return Settings(models_dir=models_dir)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Application:
    """The whole application over the trained model; it keeps no state."""
    return create_app(settings)


@pytest.fixture
def client(app: Application) -> FlaskClient:
    """A client that asks the trained model."""
    return app.test_client()


@pytest.fixture(scope="session")
def digits() -> list[Digit]:
    """Forty real digits of the test set, four of each, by label."""
    paths = sorted((ROOT / "tests/data/digits").glob("*.png"))
    return [_digit(path) for path in paths]


def _digit(path: Path) -> Digit:
    with Image.open(path) as image:
        pixels = np.asarray(image).reshape(784)
    return Digit(path, int(path.name[0]), path.read_bytes(), pixels)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The fake that any version opened in this test will be run by."""
    fake = FakeEngine()
    monkeypatch.setattr("service.serving.proof.open_engine", lambda *_: fake)
    return fake


@pytest.fixture
def fake_client(engine: FakeEngine, tmp_path: Path) -> FlaskClient:
    """A client whose pictures reach `engine`, as version 1 and alone.

    At most 8 pictures and 100,000 bytes a request.
    """
    fake_version(tmp_path)
    engine.shown.clear()
    settings = Settings(models_dir=tmp_path, max_batch=8, max_upload_bytes=100_000)
    client = create_app(settings).test_client()
    engine.shown.clear()  # of the golden digits
    return client


@pytest.fixture(scope="session")
def mnist() -> "Mnist":
    """The real data set, checksums verified, however it can be had here.

    Skips where it cannot; fails instead where MNIST_TESTS_REQUIRE_DATA=1.
    """
    from training.data import load_mnist
    from training.errors import TrainingError
    from training.sources import sources

    try:
        return load_mnist(sources(None, os.environ))
    except (TrainingError, ImportError) as error:
        if os.environ.get("MNIST_TESTS_REQUIRE_DATA") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests do not reach them."""
    for variable in os.environ:
        if variable.startswith("MNIST_") and not variable.startswith("MNIST_TESTS_"):
            monkeypatch.delenv(variable)
    for variable in ("HOST", "PORT", "WORKERS", "THREADS"):
        monkeypatch.delenv(variable, raising=False)
