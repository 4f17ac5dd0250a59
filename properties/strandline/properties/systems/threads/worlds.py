"""The worlds of a live thread, each around what can go wrong; all are searched whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.model.threads.state import first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.model.threads.state import State

SMALL: Final[Mapping[str, State]] = {
    "persist": first(2, say=2, persist=2, crashes=1),
    "power": first(2, say=2, rename=1, crashes=1, losses=1),
    "touch": first(2, say=1, note=2, flush=1, shutdown=1),
    "rename": first(2, say=2, rename=1, failures=1),
    "crash": first(2, say=2, rename=1, crashes=1),
    "shutdown": first(2, say=2, shutdown=1, failures=1, giving_up=1),
    "dead": first(2, say=2, flush=1, deaths=1, crashes=1),
    "discard": first(2, say=2, discard=1, failures=1),
    "failing": first(2, say=2, flush=1, failures=1),
    "overtaken": first(3, say=2, flush=2, giving_up=1),
    "goal": first(2, goal=1, say=1, failures=1, giving_up=1),
    "removed": first(2, say=2, flush=1, losses=1),
}
"""Searched by every check."""

LARGER: Final[Mapping[str, State]] = {
    "burst": first(2, say=5, flush=2, rename=1),
    "renames": first(2, say=2, rename=1, flush=1, failures=1),
    "faults": first(3, say=2, rename=1, flush=2, failures=2, giving_up=1),
    "ends": first(3, say=2, rename=1, flush=1, shutdown=1, discard=1, failures=2),
    "everything": first(2, say=2, rename=1, flush=1, shutdown=1, failures=1, giving_up=1, crashes=1),
}
"""Searched when everything is asked for."""


def wide(callers: int) -> State:
    """Give the world in which chance plays."""
    return first(
        callers,
        say=8,
        note=3,
        goal=2,
        rename=3,
        persist=2,
        flush=4,
        shutdown=1,
        discard=1,
        failures=4,
        giving_up=3,
        deaths=1,
        crashes=2,
        losses=2,
    )
