"""MLServer: a runtime of our own, asked in the Open Inference Protocol.

The picture comes as BYTES in base64, which MLServer's codec decodes.
"""

import io

import numpy as np
from mlserver import MLModel
from mlserver.codecs import Base64Codec, NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse
from PIL import Image

from benchmarks.servers.apps.lite_model import LiteModel


class Digits(MLModel):
    """The network as one model."""

    async def load(self) -> bool:
        """Once in each worker."""
        self.model = LiteModel()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Ten probabilities of one picture."""
        (png,) = Base64Codec.decode_input(payload.inputs[0])
        image = Image.open(io.BytesIO(png))
        probabilities = np.array([self.model.probabilities(image)], np.float32)
        output = NumpyCodec.encode_output("probabilities", probabilities)
        return InferenceResponse(id=payload.id, model_name=self.name, outputs=[output])
