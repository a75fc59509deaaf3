"""A published version is, as it is, what TensorFlow Serving loads and warms up."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from flask.testing import FlaskClient
from google.protobuf import json_format
from numpy.typing import NDArray
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from service.artifact import checksums, read_manifest, version_numbers
from service.digits import to_pixels
from service.serving.proof import read_golden
from training.warmup import WARMUP, write_warmup

pytestmark = pytest.mark.slow

VERSIONS = version_numbers(Path(__file__).parents[2] / "models", "mnist")
MOST_RECORDS = 1000
"""TensorFlow Serving refuses a version that has more."""


@pytest.fixture(params=VERSIONS)
def folder(models_dir: Path, request: pytest.FixtureRequest) -> Path:
    return models_dir / "mnist" / str(request.param)


def read_records(path: Path) -> list[PredictionLog]:
    """As TensorFlow Serving reads them; a record that is damaged raises."""
    return [
        PredictionLog.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(path))
    ]


def pixels_of(log: PredictionLog) -> NDArray[np.float32]:
    (tensor,) = log.predict_log.request.inputs.values()
    pixels: NDArray[np.float32] = tf.make_ndarray(tensor)
    return pixels


def answers(folder: Path, inputs: dict[str, Any]) -> dict[str, NDArray[np.float32]]:
    """What the version's default signature gives."""
    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    return {name: output.numpy() for name, output in signature(**inputs).items()}


def test_the_default_signature_has_the_names_types_and_shapes_of_the_manifest(
    folder: Path,
) -> None:
    manifest = read_manifest(folder)

    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]

    _, inputs = signature.structured_input_signature
    outputs = signature.structured_outputs
    for tensors, spec in ((inputs, manifest.input), (outputs, manifest.output)):
        (name,) = tensors
        assert name == spec.name
        assert tensors[name].dtype == spec.dtype
        shape = [None if size == -1 else size for size in spec.shape]
        assert tensors[name].shape == shape


def test_the_default_signature_gives_the_golden_answers(folder: Path) -> None:
    golden = read_golden(folder)

    given = answers(folder, {"pixels": to_pixels(golden.digits)})

    found = given["probabilities"]
    np.testing.assert_allclose(found, golden.probabilities, rtol=0, atol=1e-5)


def test_the_metadata_that_the_service_tells_are_those_of_the_saved_model(
    folder: Path, client: FlaskClient
) -> None:
    saved = SavedModel.FromString((folder / "saved_model.pb").read_bytes())

    answer = client.get(f"/v1/models/mnist/versions/{folder.name}/metadata")

    assert list(saved.meta_graphs[0].meta_info_def.tags) == ["serve"]
    real = saved.meta_graphs[0].signature_def["serving_default"]
    told = answer.get_json()["metadata"]["signature_def"]["signature_def"]
    assert json_format.ParseDict(told["serving_default"], type(real)()) == real


def test_the_warm_up_requests_ask_the_default_signature_for_golden_digits(
    folder: Path,
) -> None:
    digits = to_pixels(read_golden(folder).digits)

    logs = read_records(folder / WARMUP)

    assert [len(pixels_of(log)) for log in logs] == [1, 16]
    for log in logs:
        assert log.WhichOneof("log_type") == "predict_log"
        request = log.predict_log.request
        assert request.model_spec.name == "mnist"
        assert request.model_spec.signature_name == "serving_default"
        assert list(request.inputs) == ["pixels"]
        pixels = pixels_of(log)
        assert pixels.dtype == np.float32
        np.testing.assert_array_equal(pixels, digits[: len(pixels)])


def test_replayed_the_warm_up_requests_give_the_golden_answers(folder: Path) -> None:
    golden = read_golden(folder).probabilities

    for log in read_records(folder / WARMUP):
        request = log.predict_log.request
        inputs = {name: tf.make_ndarray(t) for name, t in request.inputs.items()}
        found = answers(folder, inputs)["probabilities"]

        np.testing.assert_allclose(found, golden[: len(found)], rtol=0, atol=1e-5)


def test_the_warm_up_requests_are_few_small_and_vouched_for(folder: Path) -> None:
    path = folder / WARMUP

    assert len(read_records(path)) <= MOST_RECORDS
    assert path.stat().st_size <= 100_000
    assert read_manifest(folder).files[WARMUP] == checksums(folder)[WARMUP]


def test_fewer_digits_than_a_batch_are_all_asked_for(tmp_path: Path) -> None:
    digits = np.arange(3 * 784).reshape(3, 784).astype(np.uint8)

    write_warmup(tmp_path, "letters", digits)

    logs = read_records(tmp_path / WARMUP)
    assert [len(pixels_of(log)) for log in logs] == [1, 3]
    assert logs[1].predict_log.request.model_spec.name == "letters"
    np.testing.assert_array_equal(pixels_of(logs[1]), to_pixels(digits))
