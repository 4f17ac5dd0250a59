"""The bounds of a store of threads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds, in seconds; each has its reason."""

    pace: float = 0.05
    """How long a new fact waits for others to come with it, unless somebody waits for it."""
    touch: float = 5.0
    """How long a touch of ``updated_at`` is held back."""
    backoff: float = 0.1
    """How long the first retry waits; each further one waits twice as long."""
    backoff_max: float = 30.0
    """How long a retry waits at most."""
    busy: float = 2.0
    """How long an attempt waits for another process's lock."""
    resume: float = 2.0
    """How long a resume waits until a row that is not the rollout's own is made anew."""
    drain: float = 10.0
    """How long closing the store waits for each thread's last projection."""
    poll: float = 0.05
    """How often a read looks again for a row that another process is to write."""
    inline: int = 64 * 1024
    """Bytes that the face for trio writes at once, in its own thread: handing them to another costs more."""
