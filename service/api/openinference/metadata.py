"""What there is to ask: the server, its model, and whether they are ready."""

import importlib.metadata
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response

from service.api.openinference.paths import version_in
from service.api.openinference.rendering import as_json
from service.api.openinference.tensors import DATATYPES, SHAPES
from service.artifact import TensorSpec
from service.serving.store import Store

EXTENSIONS = ("binary_tensor_data", "classification", "model_repository", "statistics")
PLATFORM = "tensorflow_savedmodel"
"""What a version's folder is, whichever engine runs it."""

_INPUT = {
    "datatypes": ", ".join(DATATYPES),
    "shapes": f"{SHAPES}; [784] and [28, 28] for one picture",
    "floats": "pixels from 0 (dark, the background) to 1 (bright, the ink)",
    "UINT8": "pixels from 0 to 255, which the service divides by 255",
    "BYTES": "[n] or [n, 1] encoded pictures (PNG, JPEG and so on), which the service "
    "reads as it does uploads; in JSON they are base64",
}
"""What the input takes beyond its own datatype and shape."""


def install(routes: Blueprint, store: Store) -> None:
    """Add the metadata and the health of the server and of its model."""
    release = importlib.metadata.version("mnist-service")

    @routes.get("/v2")
    def server() -> Response:
        return as_json(
            {"name": "mnist-service", "version": release, "extensions": EXTENSIONS}
        )

    @routes.get("/v2/health/live")
    def live() -> Response:
        return as_json({"live": True})

    @routes.get("/v2/health/ready")
    def ready() -> Response:
        if store.snapshot.default is None:
            return as_json({"ready": False}, HTTPStatus.SERVICE_UNAVAILABLE)
        return as_json({"ready": True})

    @routes.get("/v2/models/<model>/ready")
    @routes.get("/v2/models/<model>/versions/<version>/ready")
    def model_ready(model: str, version: str | None = None) -> Response:
        manifest = store.find(model, version_in(version)).manifest
        return as_json({"name": manifest.name, "ready": True})

    @routes.get("/v2/models/<model>")
    @routes.get("/v2/models/<model>/versions/<version>")
    def model_metadata(model: str, version: str | None = None) -> Response:
        manifest = store.find(model, version_in(version)).manifest
        ready = sorted(store.snapshot.models) if version is None else [manifest.version]
        return as_json(
            {
                "name": manifest.name,
                "versions": [str(number) for number in ready],
                "platform": PLATFORM,
                "inputs": [_tensor(manifest.input) | {"parameters": _INPUT}],
                "outputs": [_tensor(manifest.output)],
            }
        )


def _tensor(spec: TensorSpec) -> dict[str, Any]:
    return {"name": spec.name, "datatype": "FP32", "shape": spec.shape}
