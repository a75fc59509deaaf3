"""From pictures and labels to an answer over HTTP, every part real but the size."""

import io
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image
from werkzeug.test import TestResponse

from service.app import create_app
from service.artifact import KERAS_MODEL, read_manifest
from service.digits import to_pixels
from service.settings import Settings
from training.config import configure
from training.data import Mnist
from training.pipeline import Job, run
from training.warmup import WARMUP

pytestmark = pytest.mark.slow


def test_eight_pictures_and_one_epoch_become_an_http_answer(tmp_path: Path) -> None:
    digits = np.zeros((8, 784), np.uint8)
    for row in range(8):
        digits[row, 200 + 50 * row : 250 + 50 * row] = 255
    labels = np.arange(8, dtype=np.uint8)
    job = Job(configure("seed", epochs=1, batch_size=8), models_dir=tmp_path)

    published = run(job, Mnist(digits, labels, digits, labels)).folder
    client = create_app(Settings(models_dir=tmp_path)).test_client()
    answers = [
        client.post(
            "/v1/classify?preprocess=exact&calibrated=0",
            data=_png(digit),
            content_type="image/png",
        )
        for digit in digits
    ]

    assert published == tmp_path / "mnist" / "1"
    assert WARMUP in read_manifest(published).files
    network = tf.keras.models.load_model(published / KERAS_MODEL)
    expected = network.predict(to_pixels(digits), verbose=0)
    assert np.allclose(_probabilities(answers), expected, atol=1e-5)


def _probabilities(answers: list[TestResponse]) -> list[list[float]]:
    return [answer.get_json()["predictions"][0]["probabilities"] for answer in answers]


def _png(digit: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(digit.reshape(28, 28)).save(file, "PNG")
    return file.getvalue()
