"""The Pythons that strandline was tried on, and what a newer one is told."""

from __future__ import annotations

from typing import Final

NEWEST: Final = (3, 14)
"""The newest one; ``run.py``, which may import nothing of ours, has it too."""


def untried(version: tuple[int, int]) -> str | None:
    """Say that a Python is newer than any that was tried; None if it is not."""
    if version <= NEWEST:
        return None
    return f"Python {_dotted(version)} is newer than any that strandline was tried on, up to {_dotted(NEWEST)}"


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
