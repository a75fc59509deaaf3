"""POST :predict, pictures in rows ("instances") or as one column ("inputs")."""

from collections.abc import Sequence
from typing import Any

from service.api.tfserving.document import SIGNATURE, shown, signature_name
from service.api.tfserving.spec import ModelSpec
from service.api.tfserving.tensors import is_b64, read_values
from service.artifact import TensorSpec
from service.classifier import Classifier
from service.errors import BadRequest
from service.serving.store import Store


def predict(
    classifier: Classifier, store: Store, spec: ModelSpec, document: dict[str, Any]
) -> dict[str, Any]:
    """The network's own softmax, in the form in which the pictures came.

    The one output is not named, as TensorFlow Serving does not name it either.
    """
    wanted = signature_name(document)
    proved = spec.choose(store)
    if wanted != SIGNATURE:
        raise BadRequest(
            f'Serving signature name: "{wanted[:100]}" not found in signature '
            f"def. Expected {SIGNATURE}"
        )
    tensor = proved.manifest.input
    form, values = _values(document, tensor)
    pixels = read_values(classifier, values, tensor.shape[-1])
    return {form: classifier.infer(pixels, proved).probabilities}


def _values(document: dict[str, Any], tensor: TensorSpec) -> tuple[str, Sequence[Any]]:
    """The key of the answer, and a value for each picture, its name taken off."""
    match document:
        case {"instances": _, "inputs": _}:
            raise BadRequest(
                "Not formatted correctly expecting only one of 'inputs' or "
                "'instances' keys to exist"
            )
        case {"instances": instances}:
            return "predictions", _rows(instances, tensor.name)
        case {"inputs": inputs}:
            return "outputs", _column(inputs, tensor)
    raise BadRequest("Missing 'inputs' or 'instances' key")


def _rows(instances: Any, name: str) -> Sequence[Any]:
    if not isinstance(instances, list):
        raise BadRequest(
            f"JSON Value: {shown(instances)} Excepting 'instances' to be an list/array"
        )
    if not instances:
        raise BadRequest("No values in 'instances' array")
    named = [_is_named(instance) for instance in instances]
    if not any(named):
        return instances
    for place, instance in enumerate(instances):
        if not named[place] or instance.keys() != {name}:
            raise BadRequest(
                f"Failed to process element: {place} of 'instances' list. JSON "
                f"object: {shown(instance)} keys must be equal to: {name}"
            )
    return [instance[name] for instance in instances]


def _column(inputs: Any, tensor: TensorSpec) -> Sequence[Any]:
    if _is_named(inputs):
        if tensor.name not in inputs:
            raise BadRequest(
                f"Missing named input: {tensor.name} in 'inputs' object. "
                f"JSON Value: {shown(inputs)}"
            )
        inputs = inputs[tensor.name]
    if is_b64(inputs):
        return [inputs]
    if isinstance(inputs, list) and inputs:
        return inputs
    raise BadRequest(
        f"JSON Value: {shown(inputs)} is not of expected shape: "
        f"[n, {tensor.shape[-1]}], n above 0"
    )


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and not is_b64(value)
