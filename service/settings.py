"""What an operator can set, read once from the environment.

A bad value stops the start with the variable's name, its value and what is
allowed. An empty value counts as not set.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service.artifact import NAME
from service.cpus import available_cpus
from service.engines import ENGINES, EngineName
from service.errors import SettingsError
from service.policy import DEFAULT_POLICY, Policy
from service.routing import Share

MEBIBYTE = 2**20
_DECIMAL = re.compile(r"[0-9]{0,9}\.?[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """What the application itself is told.

    models_dir: the folder that holds models/<name>/<version> (MNIST_MODELS_DIR).
    model: the name of the model that is served (MNIST_MODEL).
    engine: what runs it, litert or tensorflow (MNIST_ENGINE).
    max_upload_bytes: the largest request body in bytes (MNIST_MAX_UPLOAD_BYTES).
    max_pixels: the most pixels, width x height, that one picture may claim
        (MNIST_MAX_PIXELS).
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
        return cls(
            models_dir=Path(_text(environ, "MNIST_MODELS_DIR", str(cls.models_dir))),
            model=_name(environ, "MNIST_MODEL", cls.model),
            engine=_engine(environ, "MNIST_ENGINE", cls.engine),
            max_upload_bytes=_whole(
                environ, "MNIST_MAX_UPLOAD_BYTES", cls.max_upload_bytes, 1024, 2**30
            ),
            max_pixels=_whole(
                environ, "MNIST_MAX_PIXELS", cls.max_pixels, 28 * 28, 10**9
            ),
            max_batch=_whole(environ, "MNIST_MAX_BATCH", cls.max_batch, 1, 65536),
            min_typicality=_share(environ, "MNIST_MIN_TYPICALITY", cls.min_typicality),
            policy=_policy(environ, "MNIST_POLICY", cls.policy),
            reload_seconds=_seconds(
                environ, "MNIST_RELOAD_SECONDS", cls.reload_seconds, 3600
            ),
            drift_minutes=_whole(
                environ, "MNIST_DRIFT_MINUTES", cls.drift_minutes, 1, 7 * 24 * 60
            ),
            canary=_part(environ, "MNIST_CANARY"),
            shadow=_part(environ, "MNIST_SHADOW", default=":100"),
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
        levels = ("debug", "info", "warning", "error")
        return cls(
            host=_text(environ, "HOST", "127.0.0.1"),
            port=_whole(environ, "PORT", 8000, 0, 65535),
            workers=_whole(environ, "WORKERS", available_cpus(), 1, 1024),
            threads=_whole(environ, "THREADS", 4, 1, 256),
            receive_seconds=_whole(environ, "MNIST_RECEIVE_SECONDS", 30, 1, 3600),
            log_level=_choice(environ, "MNIST_LOG_LEVEL", "info", levels),
            otel=_otel(environ),
        )


def _text(environ: Mapping[str, str], variable: str, default: str) -> str:
    return environ.get(variable, "").strip() or default


def _whole(
    environ: Mapping[str, str], variable: str, default: int, least: int, most: int
) -> int:
    text = _text(environ, variable, str(default))
    if text.isascii() and text.isdigit() and len(text) < 20:
        value = int(text)
        if least <= value <= most:
            return value
    raise SettingsError(
        f"{variable}={text!r}: expected a whole number from {least} to {most}"
    )


def _share(environ: Mapping[str, str], variable: str, default: float) -> float:
    text = _text(environ, variable, str(default))
    if _DECIMAL.fullmatch(text) and float(text) <= 1:
        return float(text)
    raise SettingsError(f"{variable}={text!r}: expected a number from 0 to 1, as 0.01")


def _seconds(
    environ: Mapping[str, str], variable: str, default: float, most: int
) -> float:
    text = _text(environ, variable, str(default))
    if _DECIMAL.fullmatch(text) and float(text) <= most:
        return float(text)
    raise SettingsError(
        f"{variable}={text!r}: expected seconds from 0 to {most}, as 0.5"
    )


def _policy(environ: Mapping[str, str], variable: str, default: Policy) -> Policy:
    text = _text(environ, variable, str(default))
    try:
        return Policy.parse(text)
    except ValueError as error:
        raise SettingsError(f"{variable}={text!r}: {error}") from error


def _part(environ: Mapping[str, str], variable: str, default: str = "") -> Share | None:
    """A label and a percentage; `default` stands for one that is left out."""
    text = _text(environ, variable, "")
    try:
        return Share.parse(text if ":" in text else text + default) if text else None
    except ValueError as error:
        raise SettingsError(f"{variable}={text!r}: {error}, as canary:5") from error


def _choice(
    environ: Mapping[str, str], variable: str, default: str, allowed: tuple[str, ...]
) -> str:
    text = _text(environ, variable, default)
    if text in allowed:
        return text
    raise SettingsError(f"{variable}={text!r}: expected one of {', '.join(allowed)}")


def _otel(environ: Mapping[str, str]) -> bool:
    asked = _choice(environ, "MNIST_OTEL", "0", ("0", "1")) == "1"
    if asked and not _has_opentelemetry():
        raise SettingsError(
            "MNIST_OTEL='1': expected OpenTelemetry to be installed, which it is not; "
            "pip install '.[otel]' in the project's folder, or leave MNIST_OTEL unset"
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


def _engine(
    environ: Mapping[str, str], variable: str, default: EngineName
) -> EngineName:
    chosen = _choice(environ, variable, default, ENGINES)
    return next(engine for engine in ENGINES if engine == chosen)


def _name(environ: Mapping[str, str], variable: str, default: str) -> str:
    text = _text(environ, variable, default)
    if NAME.fullmatch(text):
        return text
    raise SettingsError(
        f"{variable}={text!r}: expected a name of letters, digits, '.', '_' and '-'"
    )
