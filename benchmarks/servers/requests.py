"""What each contender is asked, and how the digit is read out of its answer.

Byte for byte as it goes over the wire; who is asked is left to `contenders`.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

DigitOf = Callable[[bytes], int]
_JSON = {"Content-Type": "application/json"}
_TENSOR = {"name": "pixels", "shape": [1], "datatype": "BYTES"}
_BOUNDARY = "----mnist-benchmark"


@dataclass(frozen=True)
class Request:
    """One POST; `digit_of` reads the digit out of the body of its answer.

    It raises KeyError, IndexError, TypeError or ValueError for what is no answer.
    """

    path: str
    body: bytes
    headers: dict[str, str]
    digit_of: DigitOf = field(repr=False)

    def wire(self, port: int) -> bytes:
        """The request as HTTP/1.1 has it, to 127.0.0.1 at `port`."""
        lines = [f"POST {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode() + self.body


Ask = Callable[[bytes], Request]
"""From a picture's encoded bytes to the request that asks for its digit."""


def raw(path: str, digit_of: DigitOf) -> Ask:
    """The picture as the body itself."""
    return lambda png: Request(path, png, {"Content-Type": "image/png"}, digit_of)


def form(path: str, name: str, digit_of: DigitOf) -> Ask:
    """The picture as a file of a form, in the field `name`."""

    def ask(png: bytes) -> Request:
        head = (
            f"--{_BOUNDARY}\r\n"
            f'Content-Disposition: form-data; name="{name}"; filename="digit.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body = head.encode() + png + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        return Request(path, body, {"Content-Type": kind}, digit_of)

    return ask


def base64_json(path: str, digit_of: DigitOf) -> Ask:
    """The picture in base64, as `image` of a JSON object."""

    def ask(png: bytes) -> Request:
        document = {"image": base64.b64encode(png).decode()}
        return Request(path, json.dumps(document).encode(), _JSON, digit_of)

    return ask


def v2_json(path: str) -> Ask:
    """The picture as BYTES in base64: the Open Inference Protocol in JSON."""

    def ask(png: bytes) -> Request:
        tensor: dict[str, Any] = {**_TENSOR}
        tensor["data"] = [base64.b64encode(png).decode()]
        tensor["parameters"] = {"content_type": "base64"}
        # An id of our own, so that all answers are alike.
        body = json.dumps({"id": "1", "inputs": [tensor]}).encode()
        return Request(path, body, _JSON, v2_digit)

    return ask


def v2_binary(path: str) -> Ask:
    """The picture as BYTES behind the JSON: the protocol's binary extension."""

    def ask(png: bytes) -> Request:
        tensor: dict[str, Any] = {**_TENSOR}
        data = len(png).to_bytes(4, "little") + png
        tensor["parameters"] = {"binary_data_size": len(data)}
        head = json.dumps({"inputs": [tensor]}).encode()
        headers = {
            "Content-Type": "application/octet-stream",
            "Inference-Header-Content-Length": str(len(head)),
        }
        return Request(path, head + data, headers, v2_digit)

    return ask


def our_digit(body: bytes) -> int:
    """Of /v1/classify."""
    return int(json.loads(body)["predictions"][0]["digit"])


def their_digit(body: bytes) -> int:
    """Of {"digit": 7, "probabilities": [ten numbers]}, checked for both."""
    answer = json.loads(body)
    digit = _likeliest(answer["probabilities"])
    if digit != answer["digit"]:
        raise ValueError(f"says {answer['digit']}, but {digit} is the likeliest")
    return digit


def v2_digit(body: bytes) -> int:
    """Of the first output of the Open Inference Protocol, in JSON."""
    return _likeliest(json.loads(body)["outputs"][0]["data"])


def _likeliest(probabilities: Any) -> int:
    if len(probabilities) != 10:
        raise ValueError(f"{len(probabilities)} probabilities, expected ten")
    return max(range(10), key=lambda digit: float(probabilities[digit]))
