"""Memory that is not needed any more, handed back; what is needed, shared by forks.

The C library keeps what Python frees, in pieces too scattered to be used for the
next network: three versions would come to weigh as much as four.
"""

import contextlib
import ctypes
import gc
import mmap
import re
from pathlib import Path

_libc = ctypes.CDLL(None)
_trim = getattr(_libc, "malloc_trim", None)  # glibc's own

_MAPPED = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) r-.p .* /.*\n(?:[A-Z].*\n)*?Anonymous: +0 kB$",
    re.MULTILINE,
)
"""In /proc/PID/smaps, pages of a file that are only read, with none written before."""


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
    _let_go_of_files()


def _let_go_of_files() -> None:
    """Have no page of a library mapped that the start alone needed.

    Linux only. What is needed again is found in the kernel's cache of the file.
    """
    with contextlib.suppress(OSError):
        for found in _MAPPED.finditer(Path("/proc/self/smaps").read_text()):
            start, end = int(found[1], 16), int(found[2], 16)
            size = ctypes.c_size_t(end - start)
            _libc.madvise(ctypes.c_void_p(start), size, mmap.MADV_DONTNEED)
