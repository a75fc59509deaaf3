"""Both engines explain from the same weights: the same sums, to the last bit."""

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from service.app import create_app
from service.digits import to_pixels
from service.engines import ENGINES, open_engine
from service.explanation import attribute, check, compared
from service.settings import Settings
from tests.fakes import Digit
from training.data import Mnist

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_engines_have_the_same_weights(models_dir: Path, version: str) -> None:
    folder = models_dir / "mnist" / version

    litert, keras = (open_engine(engine, folder).weights for engine in ENGINES)

    for one, other in zip(astuple(litert), astuple(keras), strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("version", ["1", "2"])
def test_every_tenth_test_digit_is_explained_in_full(
    models_dir: Path, mnist: Mnist, version: str
) -> None:
    engines = [open_engine(name, models_dir / "mnist" / version) for name in ENGINES]
    for pixels in to_pixels(mnist.x_test[::10]):
        answers = [engine.predict(pixels[None])[0] for engine in engines]
        digit, rival = compared(answers[0], None, None)

        litert, keras = (attribute(e.weights, pixels, digit, rival) for e in engines)

        np.testing.assert_allclose(litert.pixels, keras.pixels, rtol=0, atol=1e-5)
        assert litert.difference == pytest.approx(keras.difference, abs=1e-5)
        total = float(litert.pixels.sum(dtype=np.float64)) + litert.baseline
        assert total == pytest.approx(litert.difference, abs=5e-5)
        check(litert, answers[0])
        check(keras, answers[1])


def test_both_engines_answer_the_same_over_http(
    models_dir: Path, digits: list[Digit]
) -> None:
    clients = [
        create_app(Settings(models_dir=models_dir, engine=engine)).test_client()
        for engine in ENGINES
    ]
    for digit in digits[::4]:
        for query in ("", "?against=others&version=1"):
            one, other = (
                client.post(
                    f"/v1/explain{query}", data=digit.encoded, content_type="image/png"
                ).get_json()
                for client in clients
            )

            assert one.keys() == other.keys()
            for name in ("model", "version", "digit", "against", "picture"):
                assert one[name] == other[name]
            for name in ("difference", "baseline", "attributions", "probabilities"):
                np.testing.assert_allclose(one[name], other[name], rtol=0, atol=1e-5)
