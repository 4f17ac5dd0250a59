"""The worlds of a persisted memo, each around what can go wrong; all are searched whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.model.memo.persisted import first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.model.memo.persisted import State

SMALL: Final[Mapping[str, State]] = {
    "race": first(2, writes=2),
    "replaced": first(2, writes=1, replacements=1),
    "dropped": first(2, writes=1, drops=1),
    "killed": first(2, writes=1, deaths=1, damages=1),
    "removed": first(2, writes=1, removals=1),
    "put back": first(2, drops=1, copies=1),
}
"""Searched by every check."""

LARGER: Final[Mapping[str, State]] = {
    "three": first(3, writes=2),
    "history": first(2, writes=1, replacements=1, drops=1, deaths=1),
    "copies": first(2, writes=1, drops=1, copies=1, removals=1),
}
"""Searched when everything is asked for."""


def wide(processes: int) -> State:
    """Give the world in which chance plays."""
    return first(processes, writes=6, replacements=2, drops=2, deaths=3, damages=2, removals=1, copies=2)
