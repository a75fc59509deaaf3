"""Over HTTP the service is exactly as accurate as Keras says the network is."""

import io
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from service.app import create_app
from service.artifact import KERAS_MODEL, version_numbers
from service.digits import to_pixels
from service.engines import ENGINES, EngineName, open_engine
from service.settings import Settings
from training.data import Mnist

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def version(models_dir: Path) -> Path:
    """The folder of the version that the service serves by default."""
    return models_dir / "mnist" / str(version_numbers(models_dir, "mnist")[-1])


@pytest.mark.parametrize("engine", ENGINES)
def test_all_test_pictures_over_http_score_what_keras_evaluates(
    engine: EngineName, models_dir: Path, version: Path, mnist: Mnist
) -> None:
    network = tf.keras.models.load_model(version / KERAS_MODEL)
    network.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    labels = tf.keras.utils.to_categorical(mnist.y_test, 10)
    _, accuracy = network.evaluate(to_pixels(mnist.x_test), labels, verbose=0)
    settings = Settings(models_dir=models_dir, engine=engine)
    client = create_app(settings).test_client()

    answers = [
        client.post("/v1/classify", data=_png(digit), content_type="image/png")
        for digit in mnist.x_test
    ]

    read = [answer.get_json()["predictions"][0]["digit"] for answer in answers]
    assert np.count_nonzero(mnist.y_test == read) == round(accuracy * len(read))


def test_both_engines_answer_alike_on_all_test_pictures(
    version: Path, mnist: Mnist
) -> None:
    pixels = to_pixels(mnist.x_test)

    litert = open_engine("litert", version).predict(pixels)
    tensorflow = open_engine("tensorflow", version).predict(pixels)

    assert np.array_equal(litert.argmax(axis=1), tensorflow.argmax(axis=1))
    assert np.abs(litert - tensorflow).max() <= 1e-5


def _png(digit: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(digit.reshape(28, 28)).save(file, "PNG")
    return file.getvalue()
