"""How much memory this process took, and how often it looks for some that it can give back."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

YOUNG: Final = 200_000
"""Objects that are made before Python looks for circles among them; it asks after 700 or 2,000 by itself."""


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
