"""The Python client of a running service: pictures in, predictions out.

    from service.client import Client

    with Client("http://127.0.0.1:8000") as client:
        print(client.classify("seven.png").digit)
        print(client.explain("seven.png", against=1).difference)

It speaks HTTP and imports nothing else of the service, neither Flask nor NumPy nor
Pillow, so that it starts at once.
"""

from service.client.answers import Likely, Prediction, Preprocessing, Versions
from service.client.client import Client
from service.client.errors import ClientError, PictureError, Refused, Unreachable
from service.client.explanations import Explanation
from service.client.inputs import Picture, Pictures
from service.client.options import Options, Question

__all__ = [
    "Client",
    "ClientError",
    "Explanation",
    "Likely",
    "Options",
    "Picture",
    "PictureError",
    "Pictures",
    "Prediction",
    "Preprocessing",
    "Question",
    "Refused",
    "Unreachable",
    "Versions",
]
