"""From the body of an inference to its one tensor and what is wanted of it.

Finds the JSON and the binary data in the body. What is in the data is left to
`tensor_data`.
"""

from dataclasses import dataclass
from typing import Any

from service.api.openinference.fields import optional, parse, required, told
from service.api.openinference.tensors import Tensor
from service.artifact import Manifest
from service.digits import SIZE
from service.errors import BadRequest

HEADER = "Inference-Header-Content-Length"
"""How many bytes of a body are JSON; binary data follow. 0: there is no JSON."""


@dataclass(frozen=True)
class Wanted:
    """How the output is to come: as binary data, and as how many classes.

    `classes` is None where the probabilities themselves are wanted.
    """

    binary: bool
    classes: int | None = None


@dataclass(frozen=True)
class InferRequest:
    """One inference as it was asked for; `id` comes back in the answer."""

    id: str | None
    tensor: Tensor
    wanted: Wanted


def read_request(body: bytes, header: str | None, manifest: Manifest) -> InferRequest:
    """The request that `body` holds, `header` being what HEADER was, if it came.

    Raises BadRequest where it is malformed or not for the model of `manifest`,
    TooLarge for JSON of too many values.
    """
    length = _json_length(header, len(body))
    binary = memoryview(body)[length:]
    if length == 0:
        return InferRequest(None, _raw(binary), Wanted(binary=True))
    document = parse(body[:length])
    tensor = _tensor(_only(document, "inputs", manifest.input.name), binary, header)
    return InferRequest(
        optional(document, "id", str), tensor, _wanted(document, manifest.output.name)
    )


def _json_length(header: str | None, most: int) -> int:
    if header is None:
        return most
    text = header.strip()
    plain = text.isascii() and text.isdigit() and len(text) < 12
    if not plain or int(text) > most:
        raise BadRequest(
            f"{HEADER} is {told(header)}, expected a whole number from 0 to {most}, "
            "the length of the body"
        )
    return int(text)


def _raw(binary: memoryview) -> Tensor:
    if len(binary) != SIZE * 4:
        raise BadRequest(
            f"the raw body is {len(binary)} bytes, expected {SIZE * 4}: one picture "
            f"of {SIZE} FP32"
        )
    return Tensor.claimed("FP32", [1, SIZE], binary)


def _only(document: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    """The one entry of the list at `key`, which is named `name`."""
    entries = required(document, key, list)
    if len(entries) != 1 or type(entries[0]) is not dict:
        raise BadRequest(
            f"{key!r} is {told(entries)}, expected a list with one object: "
            f"the model has only {name!r}"
        )
    found = required(entries[0], "name", str)
    if found != name:
        raise BadRequest(f"{key!r} names {told(found)}, the model has only {name!r}")
    return entries[0]


def _tensor(entry: dict[str, Any], binary: memoryview, header: str | None) -> Tensor:
    parameters = _parameters(entry)
    data = optional(entry, "data", list)
    size = optional(parameters, "binary_data_size", int)
    if data is None and size is None:
        raise BadRequest("the input has neither data nor binary_data_size")
    if data is not None and size is not None:
        raise BadRequest("the input has both data and binary_data_size, expected one")
    if size is not None and header is None:
        raise BadRequest(f"the input is binary, but the header {HEADER} is missing")
    if len(binary) != (size or 0):
        raise BadRequest(
            f"{len(binary)} bytes follow the JSON, expected {size or 0}, as "
            f"{'binary_data_size says' if data is None else 'the data are in it'}"
        )
    return Tensor.claimed(
        required(entry, "datatype", str),
        required(entry, "shape", list),
        binary if data is None else data,
    )


def _wanted(document: dict[str, Any], name: str) -> Wanted:
    parameters = _parameters(document)
    binary = optional(parameters, "binary_data_output", bool) or False
    if not optional(document, "outputs", list):
        return Wanted(binary)
    parameters = _parameters(_only(document, "outputs", name))
    own = optional(parameters, "binary_data", bool)
    classes = optional(parameters, "classification", int)
    if classes is not None and classes < 1:
        raise BadRequest(f"'classification' is {classes}, expected 1 or more")
    return Wanted(binary if own is None else own, classes)


def _parameters(entry: dict[str, Any]) -> dict[str, Any]:
    """Those that are not known are for others, but shared memory is not theirs."""
    parameters = optional(entry, "parameters", dict) or {}
    if "shared_memory_region" in parameters:
        raise BadRequest(
            "shared memory is not supported, expected the tensors in the body"
        )
    return parameters
