"""How far a history has come: a place in one rollout, and what stands before it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Generation:
    """A line of one rollout, and a digest of all lines through it.

    A count alone is no identity. Power loss keeps one line of two, the next writer appends
    another, and a row made from the lost line has the count of the new one. Given out as a token,
    kept in the row, and compared by the guard of each projection.
    """

    rollout: str
    ordinal: int
    offset: int
    digest: str


def before_the_first_line(rollout: str) -> Generation:
    """Give the generation of a rollout that has no line yet."""
    return Generation(rollout, 0, 0, "")
