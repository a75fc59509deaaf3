"""mnist-models: see and decide which versions of a model are served.

Works on the folder of the versions alone: no server is asked, and none has to run.
"""

from service.cli.models.command import main

__all__ = ["main"]
