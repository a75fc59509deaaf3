"""The servers: how each is started, and what its environment is made of.

Two workers each, access logs off, the same model. What they are asked is left to
`contenders`; the code of those that are not this service is in `apps`.
"""

from dataclasses import dataclass, field

APPS = "benchmarks.servers.apps"
MODEL_PACKAGES = ("ai-edge-litert", "numpy", "pillow")
HERE = ("flask", "gunicorn", "tensorflow", "ai-edge-litert", "numpy", "pillow")


@dataclass(frozen=True)
class Server:
    """A server and how to start it.

    words: its command line; {python} is its environment's and {bin} the folder of
    that one's programs, {port}, {second_port} and {third_port} are free ports,
    {folder} one to write to. packages: what its environment is made of, nothing for
    this project's own. shown: the packages whose versions the results name.
    """

    name: str
    words: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict, hash=False)
    packages: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


def _service(engine: str) -> Server:
    return Server(
        f"this service, {engine}",
        ("{python}", "-m", "service.cli.serve"),
        {"MNIST_ENGINE": engine, **_SERVICE},
    )


_SERVICE = {"PORT": "{port}", "WORKERS": "2", "MNIST_LOG_LEVEL": "warning"}
_GUNICORN = ("{python}", "-m", "gunicorn", "--no-control-socket", "--workers", "2")
_MLSERVER = {
    "MLSERVER_HOST": "127.0.0.1",
    "MLSERVER_HTTP_PORT": "{port}",
    "MLSERVER_GRPC_PORT": "{second_port}",
    "MLSERVER_METRICS_PORT": "{third_port}",
    "MLSERVER_DEBUG": "false",
    "MLSERVER_ENVIRONMENTS_DIR": "{folder}",
    "MLSERVER_METRICS_DIR": "{folder}",
    "PYTHONPATH": ".",
}
_MLSERVER_WORDS = (
    "{bin}/mlserver",
    "start",
    f"{APPS.replace('.', '/')}/mlserver_models",
)

LITERT, TENSORFLOW = _service("litert"), _service("tensorflow")
FLOOR = Server(
    "floor",
    (*_GUNICORN[:3], "-c", f"{APPS.replace('.', '/')}/floor_conf.py"),
    _SERVICE,
)
GTHREAD = Server(
    "floor, plain gthread",
    (
        *(
            *_GUNICORN,
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--keep-alive",
            "75",
        ),
        *("--bind", "127.0.0.1:{port}", f"{APPS}.floor:answer"),
    ),
)
TUTORIAL = Server(
    "tutorial",
    (
        *_GUNICORN,
        "--timeout",
        "120",
        "--bind",
        "127.0.0.1:{port}",
        f"{APPS}.tutorial:app",
    ),
)
FASTAPI = Server(
    "FastAPI",
    (
        *("{python}", "-m", "uvicorn", f"{APPS}.fastapi_app:app", "--workers", "2"),
        *("--port", "{port}", "--log-level", "warning", "--no-access-log"),
    ),
    packages=("fastapi", "uvicorn[standard]", *MODEL_PACKAGES),
    shown=("fastapi", "uvicorn", "uvloop", "httptools"),
)
LITSERVE = Server(
    "LitServe",
    ("{python}", "-m", f"{APPS}.litserve_app", "{port}"),
    packages=("litserve", *MODEL_PACKAGES),
    shown=("litserve", "uvicorn"),
)
BENTOML = Server(
    "BentoML",
    (
        *("{python}", "-m", "bentoml", "serve", f"{APPS}.bentoml_app:Digits"),
        *("--host", "127.0.0.1", "--port", "{port}"),
    ),
    {"BENTOML_HOME": "{folder}", "BENTOML_DO_NOT_TRACK": "True", "PYTHONPATH": "."},
    packages=("bentoml", *MODEL_PACKAGES),
    shown=("bentoml", "uvicorn"),
)
MLSERVER = Server(
    "MLServer",
    _MLSERVER_WORDS,
    {**_MLSERVER, "MLSERVER_PARALLEL_WORKERS": "2"},
    # With uvloop 0.22 or later, the workers of MLServer 1.7.1 end at once: they ask
    # for an event loop that is no longer made for them.
    packages=("mlserver", "uvloop<0.22", *MODEL_PACKAGES),
    shown=("mlserver", "uvicorn", "uvloop"),
)
MLSERVER_ALONE = Server(
    "MLServer, one process",
    _MLSERVER_WORDS,
    {**_MLSERVER, "MLSERVER_PARALLEL_WORKERS": "0"},
    packages=MLSERVER.packages,
    shown=MLSERVER.shown,
)
