"""Imports TensorFlow when it is needed, and not before: it takes seconds.

What needs it is left to its callers; `--help` and a wrong option do not.
"""

import importlib
import os
from contextlib import nullcontext

from service.engines.quiet import silent_stderr


def import_tensorflow() -> None:
    """Import TensorFlow without its C++ libraries' chatter.

    Set TF_CPP_MIN_LOG_LEVEL=0 to hear it all. Raises ModuleNotFoundError where
    the training packages are not installed.
    """
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with nullcontext() if level == "0" else silent_stderr():
        importlib.import_module("tensorflow")
