"""POST :classify, labels with their scores, and :regress, which no version can.

TensorFlow Serving classifies by a signature whose method is classify. A version's
only one is of the method predict, so its classes are the manifest's labels here.
"""

from itertools import repeat
from typing import Any

from service.api.tfserving.document import SIGNATURE, TYPES, shown, signature_name
from service.api.tfserving.spec import ModelSpec
from service.api.tfserving.tensors import is_b64, read_values
from service.classifier import Classifier
from service.errors import BadRequest
from service.serving.store import Store


def classify(
    classifier: Classifier, store: Store, spec: ModelSpec, document: dict[str, Any]
) -> dict[str, Any]:
    """For each example, every label of the version with its probability.

    An example's feature is named as the version's input; others are ignored.
    """
    wanted, examples = signature_name(document), _examples(document)
    classifier.check_count(len(examples))
    proved = spec.choose(store)
    manifest = proved.manifest
    _check_signature(wanted)
    common = _context(document)
    values = [_feature({**common, **each}, manifest.input.name) for each in examples]
    pixels = read_values(classifier, values, manifest.input.shape[-1])
    inference = classifier.infer(pixels, proved)
    scores = inference.probabilities.T
    # By columns: ten labels, of however many pictures.
    columns = [
        zip(repeat(label), column, strict=False)
        for label, column in zip(manifest.labels, scores, strict=True)
    ]
    return {"results": list(zip(*columns, strict=True))}


def regress(store: Store, spec: ModelSpec, document: dict[str, Any]) -> dict[str, Any]:
    """Raises what TensorFlow Serving answers where no signature is for regression."""
    wanted = signature_name(document)
    _examples(document)
    spec.find(store)
    _check_signature(wanted)
    raise BadRequest(
        "Expected regression signature method_name to be tensorflow/serving/regress. "
        "Was: tensorflow/serving/predict"
    )


def _check_signature(wanted: str) -> None:
    if wanted != SIGNATURE:
        raise BadRequest(
            f"No signature was found with the name: {wanted[:100]}. "
            f"Expected {SIGNATURE}"
        )


def _examples(document: dict[str, Any]) -> list[dict[str, Any]]:
    examples = document.get("examples")
    if "examples" not in document:
        raise BadRequest(
            "When method is classify, key 'examples' is expected and was not found"
        )
    if not isinstance(examples, list):
        raise BadRequest("Expecting 'examples' value to be an list/array")
    if not examples:
        raise BadRequest("'examples' value is an empty array")
    for example in examples:
        if not isinstance(example, dict):
            raise _no_example(example)
    return examples


def _context(document: dict[str, Any]) -> dict[str, Any]:
    """Features that all examples share."""
    context = document.get("context", {})
    if not isinstance(context, dict):
        raise _no_example(context)
    return context


def _no_example(value: Any) -> BadRequest:
    return BadRequest(f"Example must be JSON object but got JSON {TYPES[type(value)]}")


def _feature(example: dict[str, Any], name: str) -> Any:
    """The value of the feature `name`; bytes may stand in a list of one."""
    if name not in example:
        raise BadRequest(
            f"Feature: {name} (data type: float) is required but could not be found. "
            f"JSON Value: {shown(example)}"
        )
    value = example[name]
    if isinstance(value, list) and len(value) == 1 and is_b64(value[0]):
        return value[0]
    return value
