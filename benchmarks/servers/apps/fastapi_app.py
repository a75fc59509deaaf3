"""FastAPI + uvicorn: the picture is the body, the model runs in the event loop.

As fast as FastAPI goes: no thread pool for 40 microseconds of work, no response model.
"""

import io

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from PIL import Image

from benchmarks.servers.apps.lite_model import LiteModel

app = FastAPI()
model = LiteModel()


@app.post("/classify")
async def classify(request: Request) -> JSONResponse:
    """Ten probabilities of one picture."""
    image = Image.open(io.BytesIO(await request.body()))
    return JSONResponse(model.answer(image))
