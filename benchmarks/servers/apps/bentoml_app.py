"""BentoML: the picture is the body, which it opens itself."""

from typing import Any

import bentoml
from PIL import Image

from benchmarks.servers.apps.lite_model import LiteModel


@bentoml.service(
    workers=2, metrics={"enabled": False}, logging={"access": {"enabled": False}}
)
class Digits:
    """The network behind one route."""

    def __init__(self) -> None:
        self.model = LiteModel()

    @bentoml.api(route="/classify")
    async def classify(self, image: Image.Image, /) -> dict[str, Any]:
        """Ten probabilities of one picture."""
        return self.model.answer(image)
