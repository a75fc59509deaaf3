"""mnist-serve: start the service under gunicorn, told by the environment."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from service.errors import SettingsError
from service.settings import ServerSettings, Settings

CONFIG = Path(__file__).parent.parent / "gunicorn.conf.py"

LIBRARIES = {
    # The C library keeps up to 32 MiB for the next request: to have them from the
    # kernel anew, page by page, took a fifth of the time of a thousand digits.
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**25),
    # NumPy's OpenBLAS would set a thread on each CPU, which then wait in a loop: twice
    # the processor time for a thousand digits. A worker for each CPU does better.
    "OPENBLAS_NUM_THREADS": "1",
}
"""What the libraries are told where the environment does not tell them otherwise."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Check the settings, then become gunicorn; exits 2 for a bad setting."""
    _parser().parse_args(arguments)
    try:
        settings = Settings.from_env(os.environ)
        server = ServerSettings.from_env(os.environ)
        if server.otel:
            from service.tracing import check

            check()
    except SettingsError as error:
        print(f"mnist-serve: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    if sys.stderr.isatty():
        _welcome(settings, server)
    for variable, value in LIBRARIES.items():
        os.environ.setdefault(variable, value)
    # Replaced rather than called: signals reach gunicorn's own process.
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", str(CONFIG)])


def _parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="mnist-serve",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Serve the digit classifier over HTTP until stopped (Ctrl-C).",
        epilog=f"settings, from the environment:\n{Settings.__doc__}\n"
        f"{ServerSettings.__doc__}\n"
        "example:\n    PORT=9000 MNIST_ENGINE=tensorflow mnist-serve\n",
    )


def _welcome(settings: Settings, server: ServerSettings) -> None:
    url = f"http://{server.address}"
    print(
        f"Serving the models in {settings.models_dir}/{settings.model} at {url}\n"
        "Try, in another terminal:\n"
        "  curl --data-binary @tests/data/digits/7_0.png "
        f"-H 'Content-Type: image/png' {url}/v1/classify\n",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
