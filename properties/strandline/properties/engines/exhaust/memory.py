"""How much memory this process took, and how often it gives some back."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

YOUNG: Final = 200_000
"""Objects that are made before Python looks for circles among them; it asks after 700 or 2,000 by itself."""


ARRAY_MAX: Final = 4 << 20
"""Bytes of an array that comes from the memory at hand; a larger one comes from the system, and goes back to it."""

AT_HAND: Final = 64 << 20
"""Bytes of freed memory above all that is in use that the process keeps at hand."""

STATM: Final = Path("/proc/self/statm")
"""Where Linux tells the memory of this process, in pages."""

STATUS: Final = Path("/proc/self/status")
"""Where it tells the peak of it, in KiB."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # what glibc's malloc.h calls M_TRIM_THRESHOLD and M_MMAP_THRESHOLD


@contextmanager
def kept_at_hand() -> Iterator[None]:
    """Let the C library keep some of the memory that is freed meanwhile; what knows no such wish goes on as it does.

    A search makes and frees arrays of half a MiB all the while. Given back to the system and asked for again, they come
    page by page, each filled with zeros first, which took a sixth of the time. The wish stays when the block ends, for
    it cannot be taken back; what is free by then is given back.
    """
    asked = library()
    if asked is not None:
        asked.mallopt(_MMAP_THRESHOLD, ARRAY_MAX)
        asked.mallopt(_TRIM_THRESHOLD, AT_HAND)
    try:
        yield
    finally:
        if asked is not None:
            asked.malloc_trim(0)


@cache
def library() -> ctypes.CDLL | None:
    """Give the C library if it is one that can be asked: glibc."""
    if sys.platform != "linux":
        return None
    try:
        found = ctypes.CDLL(None)
    except OSError:
        return None
    return found if hasattr(found, "mallopt") and hasattr(found, "malloc_trim") else None


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
    """Give the peak memory of this process in bytes; 0 where the system does not tell.

    Linux keeps it in a file of the process, too: what ``getrusage`` says there begins with what the process that
    started this one had, and so a search that pytest had started seemed to take as much as pytest.
    """
    if sys.platform == "win32":
        return 0
    try:
        lines = STATUS.read_bytes().splitlines()
    except OSError:
        return _peak_of_usage()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(b"VmHWM:")), 0) or _peak_of_usage()


def _peak_of_usage() -> int:
    import resource  # noqa: PLC0415 - Windows has none

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def resident() -> int:
    """Give the memory that this process has now in bytes; its peak where the system tells no more, 0 if not even that.

    What it had at the peak grows as what it has does, and does not shrink: a bound on it ends a search no later.
    """
    try:
        pages = int(STATM.read_bytes().split()[1])
    except OSError:
        return peak()
    return pages * os.sysconf("SC_PAGE_SIZE")
