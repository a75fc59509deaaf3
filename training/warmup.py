"""Requests that TensorFlow Serving answers while it loads a version, to warm up.

Its first real answer is then as fast as the later ones. The file is a TFRecord of
PredictionLog messages (tensorflow_serving/apis/prediction_log.proto). Their few
fields are encoded here, since the package that defines them would bring gRPC into
training; the tests read them with that package.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from service.digits import to_pixels
from training.export import INPUT

WARMUP = "assets.extra/tf_serving_warmup_requests"
BATCHES = (1, 16)
"""Pictures in each request: one, and so many that the file stays below 100 kB."""

# The numbers of the fields.
_PREDICTION_LOG_PREDICT_LOG = 6
_PREDICT_LOG_REQUEST = 1
_REQUEST_MODEL_SPEC, _REQUEST_INPUTS = 1, 2
_MODEL_SPEC_NAME, _MODEL_SPEC_SIGNATURE_NAME = 1, 3
_MAP_KEY, _MAP_VALUE = 1, 2


def write_warmup(folder: Path, name: str, digits: NDArray[np.uint8]) -> None:
    """Write requests for the model `name` into `folder`, a version's.

    They ask for the first of `digits`, uint8 [n, 784]; where there are fewer than
    a batch needs, for all of them. On a failing disk it raises TensorFlow's OpError.
    """
    path = folder / WARMUP
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for count in BATCHES:
            writer.write(_prediction_log(name, to_pixels(digits[:count])))


def _prediction_log(name: str, pixels: NDArray[np.float32]) -> bytes:
    model_spec = _field(_MODEL_SPEC_NAME, name.encode()) + _field(
        _MODEL_SPEC_SIGNATURE_NAME, b"serving_default"
    )
    tensor = tf.make_tensor_proto(pixels).SerializeToString()
    pair = _field(_MAP_KEY, INPUT.name.encode()) + _field(_MAP_VALUE, tensor)
    request = _field(_REQUEST_MODEL_SPEC, model_spec) + _field(_REQUEST_INPUTS, pair)
    log = _field(_PREDICT_LOG_REQUEST, request)
    return _field(_PREDICTION_LOG_PREDICT_LOG, log)


def _field(number: int, value: bytes) -> bytes:
    """One field of a protobuf message that holds bytes, text or a message."""
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + _varint(rest) if rest else bytes([low])
