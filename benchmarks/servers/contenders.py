"""Who takes part: a server, and one way to ask it.

Each in the way that its own documentation asks. How it is started is in `programs`.
"""

from dataclasses import dataclass

from benchmarks.servers.programs import (
    BENTOML,
    FASTAPI,
    FLOOR,
    GTHREAD,
    LITERT,
    LITSERVE,
    MLSERVER,
    MLSERVER_ALONE,
    TENSORFLOW,
    TUTORIAL,
    Server,
)
from benchmarks.servers.requests import (
    Ask,
    base64_json,
    form,
    our_digit,
    raw,
    their_digit,
    v2_binary,
    v2_json,
)


@dataclass(frozen=True)
class Contender:
    """One way to ask one server. A floor's answer is fixed: only 7 is right."""

    name: str
    server: Server
    ask: Ask
    floor: bool = False


def _ours(server: Server, engine: str) -> tuple[Contender, ...]:
    infer = "/v2/models/mnist/infer"
    return (
        Contender(f"{engine}, raw PNG", server, raw("/v1/classify", our_digit)),
        Contender(
            f"{engine}, multipart", server, form("/v1/classify", "image", our_digit)
        ),
        Contender(f"{engine}, JSON", server, base64_json("/v1/classify", our_digit)),
        Contender(f"{engine}, V2 binary", server, v2_binary(infer)),
    )


OURS = "litert, raw PNG"
"""What all others are held against."""

CONTENDERS = (
    *_ours(LITERT, "litert"),
    Contender("litert, raw PNG, again", LITERT, raw("/v1/classify", our_digit)),
    *_ours(TENSORFLOW, "tensorflow"),
    Contender("floor, our worker", FLOOR, raw("/", our_digit), floor=True),
    Contender("floor, plain gthread", GTHREAD, raw("/", our_digit), floor=True),
    Contender(
        "tutorial (Flask + predict)", TUTORIAL, form("/predict", "file", their_digit)
    ),
    Contender("FastAPI + uvicorn", FASTAPI, raw("/classify", their_digit)),
    Contender("LitServe", LITSERVE, base64_json("/predict", their_digit)),
    Contender("BentoML", BENTOML, raw("/classify", their_digit)),
    Contender("MLServer", MLSERVER, v2_json("/v2/models/mnist/infer")),
    Contender(
        "MLServer, one process", MLSERVER_ALONE, v2_json("/v2/models/mnist/infer")
    ),
)
