"""What is told of a model and its versions: their state, their signature."""

from typing import Any

from service.api.tfserving.document import SIGNATURE
from service.api.tfserving.spec import ModelSpec
from service.artifact import Manifest, TensorSpec
from service.errors import UnknownModel
from service.serving.store import Store


def status(store: Store, spec: ModelSpec) -> dict[str, Any]:
    """TensorFlow Serving's GetModelStatusResponse; for all versions KServe's too.

    KServe's clients ask the path of the model itself whether it is ready and read
    the key "ready" of the answer, so it is there and nowhere else. A client that
    reads the keys it knows is not disturbed by two more; one that parses the answer
    strictly as that protobuf message would be, and finds exactly it at the path of
    a version or of a label.
    """
    snapshot = store.snapshot
    versions = dict(reversed(snapshot.found.items()))  # newest first
    if spec.name != store.model or not versions:
        raise UnknownModel(f"Could not find any versions of model {spec.name}")
    if spec.version is None:
        ready = snapshot.default is not None
        return {**_response(versions), "name": spec.name, "ready": ready}
    # TensorFlow Serving ignores a label here and tells of every version.
    labels, asked = snapshot.labels, spec.version
    number = labels.get(asked) if isinstance(asked, str) else asked
    if number is None:
        raise spec.unrecognized_label()
    if number not in versions:
        raise UnknownModel(f"Could not find version {number} of model {spec.name}")
    return _response({number: versions[number]})


def metadata(manifest: Manifest) -> dict[str, Any]:
    """TensorFlow Serving's GetModelMetadataResponse, as its REST writes it.

    The tensors' names in the graph are those that TensorFlow gives every
    SavedModel; clients use the names of the signature.
    """
    signature = {
        "inputs": _tensor(manifest.input, f"{SIGNATURE}_{manifest.input.name}:0"),
        "outputs": _tensor(manifest.output, "StatefulPartitionedCall:0"),
        "method_name": "tensorflow/serving/predict",
    }
    return {
        "model_spec": {
            "name": manifest.name,
            "signature_name": "",
            "version": str(manifest.version),
        },
        "metadata": {"signature_def": {"signature_def": {SIGNATURE: signature}}},
    }


def _response(versions: dict[int, str | None]) -> dict[str, Any]:
    return {
        "model_version_status": [
            _version_status(number, refused) for number, refused in versions.items()
        ]
    }


def _version_status(number: int, refused: str | None) -> dict[str, Any]:
    code = "OK" if refused is None else "FAILED_PRECONDITION"
    return {
        "version": str(number),
        "state": "AVAILABLE" if refused is None else "END",
        "status": {"error_code": code, "error_message": refused or ""},
    }


def _tensor(tensor: TensorSpec, name: str) -> dict[str, Any]:
    sizes = [{"size": str(size), "name": ""} for size in tensor.shape]
    return {
        tensor.name: {
            "dtype": "DT_FLOAT",
            "tensor_shape": {"dim": sizes, "unknown_rank": False},
            "name": name,
        }
    }
