"""LitServe: base64 in JSON, as its own examples send pictures.

    python -m benchmarks.servers.apps.litserve_app PORT

Two workers, and as many HTTP servers, which is what it takes by default.
"""

import base64
import io
import sys
from typing import Any

import litserve
from PIL import Image

from benchmarks.servers.apps.lite_model import LiteModel


class Digits(litserve.LitAPI):
    """One picture a request: batching would only make the lone one wait."""

    def setup(self, device: str) -> None:  # noqa: ARG002, LitServe's signature
        """Once in each worker."""
        self.model = LiteModel()

    def decode_request(self, request: dict[str, str]) -> Image.Image:
        """The picture."""
        return Image.open(io.BytesIO(base64.b64decode(request["image"])))

    def predict(self, x: Image.Image) -> dict[str, Any]:
        """Ten probabilities of one picture."""
        return self.model.answer(x)

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """It is JSON already."""
        return output


if __name__ == "__main__":
    server = litserve.LitServer(
        Digits(api_path="/predict"), accelerator="cpu", workers_per_device=2
    )
    server.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        generate_client_file=False,
    )
