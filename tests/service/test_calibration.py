"""From the network's probabilities to calibrated ones, and who asks for which."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.app import create_app
from service.artifact import Calibration, read_manifest, write_manifest
from service.calibration import calibrate
from service.settings import Settings
from tests.fakes import FakeEngine, fake_digit, fake_version


def _softmax(logits: list[float]) -> NDArray[np.float32]:
    powers = np.exp(np.array([logits]) - max(logits))
    return np.asarray(powers / powers.sum(), np.float32)


LOGITS = st.lists(st.floats(-30, 30), min_size=10, max_size=10)
TEMPERATURES = st.floats(0.2, 8)


@given(LOGITS, TEMPERATURES)
def test_it_is_the_softmax_of_the_logits_divided_by_the_temperature(
    logits: list[float], temperature: float
) -> None:
    found = calibrate(_softmax(logits), temperature)

    expected = _softmax([one / temperature for one in logits])
    np.testing.assert_allclose(found, expected, atol=2e-5)
    assert found.dtype == np.float32
    assert found.sum() == pytest.approx(1, abs=1e-5)


@given(LOGITS, TEMPERATURES)
def test_the_digit_that_is_read_stays_the_same(
    logits: list[float], temperature: float
) -> None:
    probabilities = _softmax(logits)

    digit = calibrate(probabilities, temperature).argmax()

    assert probabilities[0, digit] == pytest.approx(probabilities.max(), rel=1e-5)


def test_probabilities_of_zero_and_one_come_through() -> None:
    certain = np.eye(10, dtype=np.float32)

    np.testing.assert_allclose(calibrate(certain, 1.5), certain, atol=1e-15)


@pytest.fixture
def client(engine: FakeEngine, tmp_path: Path) -> FlaskClient:
    """The service over a version whose temperature is 2; its engine says 0.91."""
    folder = fake_version(tmp_path)
    calibrated = replace(read_manifest(folder), calibration=Calibration(2.0, 60))
    write_manifest(folder, calibrated)
    return create_app(Settings(models_dir=tmp_path)).test_client()


def _probability(client: FlaskClient, query: str) -> float:
    answer = client.post(
        f"/v1/classify{query}",
        data=fake_digit(7).tobytes(),
        content_type="application/octet-stream",
    )
    (prediction,) = answer.get_json()["predictions"]
    assert prediction["digit"] == 7
    assert prediction["probability"] == max(prediction["probabilities"])
    return float(prediction["probability"])


@pytest.mark.parametrize("query", ["", "?calibrated=1"])
def test_answers_are_calibrated_unless_one_asks_otherwise(
    client: FlaskClient, query: str
) -> None:
    sure, unsure = 0.91**0.5, 0.01**0.5

    found = _probability(client, query)

    assert found == pytest.approx(sure / (sure + 9 * unsure), abs=1e-6)


def test_the_networks_own_probabilities_can_be_asked_for(client: FlaskClient) -> None:
    assert _probability(client, "?calibrated=0") == pytest.approx(0.91, abs=1e-6)


def test_a_version_that_nobody_calibrated_answers_the_networks_own(
    fake_client: FlaskClient,
) -> None:
    assert _probability(fake_client, "") == pytest.approx(0.91, abs=1e-6)


def test_another_value_is_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/classify?calibrated=yes", data=b"")

    assert answer.status_code == 400
    assert answer.get_json()["detail"] == "query calibrated='yes': expected 1 or 0"
