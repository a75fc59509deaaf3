"""The floor: the least that a WSGI application can do, in gunicorn.

It takes the body and answers a fixed one, as long as the service's own.
"""

from collections.abc import Callable, Iterable
from typing import Any

ANSWER = (
    b'{"model":"mnist","version":2,"predictions":[{"digit":7,"probability":0.99997854,'
    b'"probabilities":[1.8635255e-8,0.000006688866,0.0000060660345,0.0000040376217,'
    b"3.9970725e-8,1.8561224e-8,3.4797196e-11,0.99997854,4.2354284e-8,0.000004625732],"
    b'"several":false,"typicality":0.910209}]}\n'
)
HEADERS = [
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(ANSWER))),
]


def answer(
    environ: dict[str, Any], start_response: Callable[[str, Any], Any]
) -> Iterable[bytes]:
    """The WSGI application."""
    environ["wsgi.input"].read()
    start_response("200 OK", HEADERS)
    return [ANSWER]
