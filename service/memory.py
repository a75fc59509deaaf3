"""Memory that is not needed any more, handed back; what is needed, shared by forks.

The C library keeps what Python frees, in pieces too scattered to be used for the
next network: three versions would come to weigh as much as four.
"""

import ctypes
import gc

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own


def give_back_memory() -> None:
    """Return every whole page that is free; nothing where that cannot be asked."""
    if _trim is not None:
        _trim(0)


def settle() -> None:
    """Before a fork: drop what is not needed, and let nobody move what is.

    A collection in a fork writes beside every object that it looks at, and so
    copies the page that it shared.
    """
    gc.collect()
    gc.freeze()
    give_back_memory()
