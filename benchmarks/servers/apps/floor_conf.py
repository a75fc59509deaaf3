"""gunicorn's configuration for the floor: the service's own, another application.

So that both have the same worker class, threads and time limits. Used as
`gunicorn -c benchmarks/servers/apps/floor_conf.py`.
"""

import runpy
from pathlib import Path
from typing import Any

from benchmarks.servers.apps.floor import answer

SERVICE = Path(__file__).parents[3] / "service/gunicorn.conf.py"

globals().update(runpy.run_path(str(SERVICE)))


def post_fork(_: object, worker: Any) -> None:
    """In place of the service's, which loads the models."""
    worker.app.load = lambda: answer
