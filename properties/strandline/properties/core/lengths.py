"""Lengths as people write them: of time (90, 90s, 2m, 1h) and of memory (512M, 4G)."""

from __future__ import annotations

import re
import threading
from typing import Final

LENGTH_MAX: Final = min(366.0 * 24 * 3600, threading.TIMEOUT_MAX)
"""The longest length of time that an option takes, in seconds."""

BYTES_MAX: Final = 1 << 60
"""The most memory that an option takes, in bytes."""


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


def memory(text: str) -> int:
    """Read an amount of memory, in bytes or with a unit, which is a power of 1024; give bytes.

    Raises:
        ValueError: it is none, or nothing, or too much; one line says so.
    """
    found = re.fullmatch(r"([0-9]{1,18})([KMG]?)", text.upper().removesuffix("IB").removesuffix("B"))
    if found is None:
        raise ValueError(f"{text!r} is not an amount of memory: write 512M or 4G")
    amount = int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]]
    if not 0 < amount <= BYTES_MAX:
        raise ValueError(f"{text!r} is {'too much' if amount else 'nothing'}: write 512M or 4G")
    return amount
