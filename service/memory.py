"""Memory that is not needed any more, handed back to the system.

The C library keeps what Python frees, in pieces too scattered to be used for the
next network: three versions would come to weigh as much as four.
"""

import ctypes

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own


def give_back_memory() -> None:
    """Return every whole page that is free; nothing where that cannot be asked."""
    if _trim is not None:
        _trim(0)
