"""An environment for each framework, made once from the package index.

In ~/.cache/mnist-benchmarks, or where MNIST_BENCHMARKS_CACHE says. To have newer
versions, delete the folder.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

_VERSIONS = (
    "import json, sys; from importlib.metadata import version; "
    "print(json.dumps({name: version(name) for name in sys.argv[1:]}))"
)


class NotInstalled(Exception):
    """An environment that cannot be made here."""


def cache() -> Path:
    """Where the environments are."""
    default = Path.home() / ".cache/mnist-benchmarks"
    return Path(os.environ.get("MNIST_BENCHMARKS_CACHE") or default)


def python_with(packages: tuple[str, ...]) -> Path:
    """The interpreter of an environment that has `packages`; this one for none.

    Named after the first of them. Raises NotInstalled with pip's last words.
    """
    if not packages:
        return Path(sys.executable)
    folder = cache() / packages[0]
    python, mark = folder / "bin/python", folder / "ready.json"
    wanted = json.dumps(packages)
    if not mark.is_file() or mark.read_text() != wanted:
        print(f"installing {packages[0]} into {folder}", file=sys.stderr, flush=True)
        mark.unlink(missing_ok=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "install", *packages])
        mark.write_text(wanted)  # last: one left half-made is made anew
    return python


def versions(python: Path, packages: tuple[str, ...]) -> dict[str, str]:
    """What is installed of `packages` beside `python`."""
    told = _run([str(python), "-c", _VERSIONS, *packages])
    found: dict[str, str] = json.loads(told)
    return found


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise NotInstalled(f"{Path(command[0]).name} said: {said[-1][:300]}")
    return done.stdout
