"""How much memory this process took."""

from __future__ import annotations

import sys


def peak() -> int:
    """Give the peak memory of this process in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - Windows has none

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
