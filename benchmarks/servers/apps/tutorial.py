"""The usual tutorial: Flask and `model.predict`, under gunicorn as it comes.

BENCHMARK_KERAS_MODEL names the .keras file.
"""

import io
import os

import keras
import numpy as np
from flask import Flask, Response, jsonify, request
from PIL import Image

app = Flask(__name__)
model = keras.models.load_model(os.environ["BENCHMARK_KERAS_MODEL"])


@app.post("/predict")
def predict() -> Response:
    """Ten probabilities of the picture in the form's field `file`."""
    image = Image.open(io.BytesIO(request.files["file"].read())).convert("L")
    pixels = np.array(image).reshape(1, 784) / 255.0
    probabilities = model.predict(pixels, verbose=0)[0]
    return jsonify(
        digit=int(np.argmax(probabilities)), probabilities=probabilities.tolist()
    )
