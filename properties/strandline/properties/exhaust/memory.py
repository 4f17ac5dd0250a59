"""How much memory this process took, and how often it gives some back."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

YOUNG: Final = 200_000
"""Objects that are made before Python looks for circles among them; it asks after 700 or 2,000 by itself."""


ARRAY_MAX: Final = 32 << 20
"""Bytes of an array that comes from the memory at hand and not from the system; the C library allows no more."""

AT_HAND: Final = 64 << 20
"""Bytes of freed memory that the process keeps at hand."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # what glibc's malloc.h calls M_TRIM_THRESHOLD and M_MMAP_THRESHOLD


@cache
def keep_at_hand() -> None:
    """Let the C library keep some of the memory that was freed; where it knows no such wish, it goes on as it does.

    A search makes and frees arrays of half a MiB all the while. Given back to the system and asked for again, they come
    page by page, each filled with zeros first, which took a sixth of the time.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # no C library to ask, or another one than glibc
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, ARRAY_MAX)
        mallopt(_TRIM_THRESHOLD, AT_HAND)


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Let Python look for circles of garbage less often.

    A search keeps nearly every value that it makes, and looking through all of them again and again took a fifth of the
    time of the worlds of the real scanner.
    """
    before = gc.get_threshold()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def peak() -> int:
    """Give the peak memory of this process in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - Windows has none

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
