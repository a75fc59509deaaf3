"""What an operator can set, read once from the environment.

A bad value stops the start with the variable's name, its value and what is allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service.artifact import NAME
from service.cpus import available_cpus
from service.engines import ENGINES, EngineName
from service.environment import Environment, bad
from service.serving.policy import DEFAULT_POLICY, Policy
from service.serving.routing import Share

MEBIBYTE = 2**20

_LEVELS = ("debug", "info", "warning", "error")
_SHARE = "a number from 0 to 1, as 0.01"
_SECONDS = "seconds from 0 to 3600, as 0.5"


@dataclass(frozen=True)
class Settings:
    """What the application itself is told.

    models_dir: the folder that holds models/<name>/<version> (MNIST_MODELS_DIR).
    model: the name of the model that is served (MNIST_MODEL).
    engine: what runs it, litert or tensorflow (MNIST_ENGINE).
    max_upload_bytes: the largest request body in bytes (MNIST_MAX_UPLOAD_BYTES).
    max_pixels: the most pixels, width x height, that one picture may claim
        (MNIST_MAX_PIXELS).
    max_request_pixels: the most that several pictures in one request may claim
        together (MNIST_MAX_REQUEST_PIXELS).
    max_batch: the most pictures in one request (MNIST_MAX_BATCH).
    policy: which versions are loaded, besides those that labels point at: latest,
        latest:N for the newest N, specific:1,3 for exactly these, or all
        (MNIST_POLICY).
    reload_seconds: within how long a change of the versions or labels on disk is
        served; 0 waits for SIGHUP (MNIST_RELOAD_SECONDS).
    min_typicality: from this on, in 0..1, a picture is accepted as a digit; 0 asks
        no such thing (MNIST_MIN_TYPICALITY).
    drift_minutes: how far back what came is compared with what the version was
        trained on (MNIST_DRIFT_MINUTES).
    canary: label:percent, as canary:5: of the requests that ask for no version, so
        many percent are answered by the version with that label, always those of
        the same clients (MNIST_CANARY).
    shadow: label or label:percent, as canary:10: of the requests that the default
        version answers, so many percent, or all, are read by the version with that
        label too, afterwards, to count how often it reads another digit
        (MNIST_SHADOW).
    """

    models_dir: Path = Path("models")
    model: str = "mnist"
    engine: EngineName = "litert"
    max_upload_bytes: int = 20 * MEBIBYTE
    max_pixels: int = 25_000_000
    max_request_pixels: int = 10**9
    max_batch: int = 1024
    min_typicality: float = 0.0
    policy: Policy = DEFAULT_POLICY
    reload_seconds: float = 2.0
    drift_minutes: int = 60
    canary: Share | None = None
    shadow: Share | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the MNIST_ variables; SettingsError names the first bad one."""
        env = Environment(environ)
        return cls(
            models_dir=Path(env.text("MNIST_MODELS_DIR", str(cls.models_dir))),
            model=env.parsed("MNIST_MODEL", cls.model, _name),
            engine=env.choice("MNIST_ENGINE", cls.engine, ENGINES),
            max_upload_bytes=env.whole(
                "MNIST_MAX_UPLOAD_BYTES", cls.max_upload_bytes, 1024, 2**30
            ),
            max_pixels=env.whole("MNIST_MAX_PIXELS", cls.max_pixels, 28 * 28, 10**9),
            max_request_pixels=env.whole(
                "MNIST_MAX_REQUEST_PIXELS", cls.max_request_pixels, 10**6, 10**12
            ),
            max_batch=env.whole("MNIST_MAX_BATCH", cls.max_batch, 1, 65536),
            min_typicality=env.decimal(
                "MNIST_MIN_TYPICALITY", cls.min_typicality, 1, _SHARE
            ),
            policy=env.parsed("MNIST_POLICY", str(cls.policy), Policy.parse),
            reload_seconds=env.decimal(
                "MNIST_RELOAD_SECONDS", cls.reload_seconds, 3600, _SECONDS
            ),
            drift_minutes=env.whole(
                "MNIST_DRIFT_MINUTES", cls.drift_minutes, 1, 7 * 24 * 60
            ),
            canary=env.parsed("MNIST_CANARY", "", _part, ", as canary:5"),
            shadow=env.parsed("MNIST_SHADOW", "", _part_or_all, ", as canary:5"),
        )


@dataclass(frozen=True)
class ServerSettings:
    """What gunicorn around the application is told.

    host, port: the address to listen on (HOST, PORT).
    workers: processes (WORKERS), by default one for each CPU of the quota.
    threads: requests that one worker answers at a time (THREADS).
    receive_seconds: how long one request may take to arrive whole
        (MNIST_RECEIVE_SECONDS).
    log_level: debug, info, warning or error (MNIST_LOG_LEVEL).
    otel: whether to send OpenTelemetry traces, 1 or 0; its own OTEL_ variables say
        where to (MNIST_OTEL).
    """

    host: str
    port: int
    workers: int
    threads: int
    receive_seconds: int
    log_level: str
    otel: bool = False

    @property
    def address(self) -> str:
        """host:port, an IPv6 host in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "ServerSettings":
        """Read the server's variables; SettingsError names the first bad one."""
        env = Environment(environ)
        return cls(
            host=env.text("HOST", "127.0.0.1"),
            port=env.whole("PORT", 8000, 0, 65535),
            workers=env.whole("WORKERS", available_cpus(), 1, 1024),
            threads=env.whole("THREADS", 4, 1, 256),
            receive_seconds=env.whole("MNIST_RECEIVE_SECONDS", 30, 1, 3600),
            log_level=env.choice("MNIST_LOG_LEVEL", "info", _LEVELS),
            otel=_otel(env),
        )


def _name(text: str) -> str:
    if NAME.fullmatch(text):
        return text
    raise ValueError("expected a name of letters, digits, '.', '_' and '-'")


def _part(text: str) -> Share | None:
    """A label and a percentage; none of an empty text."""
    return Share.parse(text) if text else None


def _part_or_all(text: str) -> Share | None:
    """The same; a label alone is all."""
    return _part(text if not text or ":" in text else f"{text}:100")


def _otel(env: Environment) -> bool:
    asked = env.choice("MNIST_OTEL", "0", ("0", "1")) == "1"
    if asked and not _has_opentelemetry():
        raise bad(
            "MNIST_OTEL",
            "1",
            "expected OpenTelemetry to be installed, which it is not; "
            "pip install '.[otel]' in the project's folder, or leave MNIST_OTEL unset",
        )
    return asked


def _has_opentelemetry() -> bool:
    """Whether its extra is there: other packages bring a part of it."""
    try:
        return all(
            find_spec(f"opentelemetry.{part}")
            for part in ("sdk", "exporter.otlp.proto.http")
        )
    except ModuleNotFoundError:
        return False
