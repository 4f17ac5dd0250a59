"""A length of time as people write it: 90, 90s, 2m, 1h."""

from __future__ import annotations

import re
import threading
from typing import Final

LENGTH_MAX: Final = min(366.0 * 24 * 3600, threading.TIMEOUT_MAX)
"""The longest length of time that an option takes, in seconds."""


def seconds(text: str) -> float:
    """Read a length of time, in seconds or with a unit; give seconds.

    Raises:
        ValueError: it is none, or too long; one line says so.
    """
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smh]?)", text)
    if found is None:
        raise ValueError(f"{text!r} is not a length of time: write 90, 90s, 2m or 1h")
    length = float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]]
    if length > LENGTH_MAX:
        raise ValueError(f"{text!r} is too long: at most {LENGTH_MAX // 3600:.0f}h")
    return length
