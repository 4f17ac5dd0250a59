"""What a step of the model tells the laws, without what it has not read and no law asks for."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from strandline.model.events import Discarded, Looked, Stored
from strandline.properties.memoworlds.hidden import Hidden, HiddenNumber
from strandline.properties.memoworlds.hidden import Looked as LookedAt

if TYPE_CHECKING:
    from strandline.model.events import Event, Holding


def told(event: Event) -> Event:
    """Give an event without what no law asks for: numbers of a memo that is read on from, rows of one that is replaced.

    Raises:
        LookedAt: it tells of something hidden.
    """
    match event:
        case Looked(base=base) if base is not None:
            return event._replace(base=_shown(base._replace(ghost=base.ghost._replace(commit=0))))
        case Stored(mine=mine, old=old):
            return event._replace(mine=_shown(mine), old=old and _shown(_outlined(old)))
        case Discarded(mine=mine, theirs=theirs):
            return event._replace(mine=_shown(mine), theirs=theirs and _shown(_outlined(theirs)))
    return event


class Untold(Enum):
    """Stands for what was not read, since no law asks for it; one that does fails by this name."""

    UNTOLD = "not told"


def _outlined(holding: Holding) -> Holding:
    """Leave out what a memo holds, and keep what decides whether it may be replaced."""
    nothing: Any = Untold.UNTOLD
    ghost = holding.ghost._replace(rows=nothing)
    return holding._replace(ghost=ghost, sources=nothing, anchors=nothing, gaps=nothing, full=nothing)


def _shown(holding: Holding) -> Holding:
    for value in (*holding, *holding.ghost):
        if isinstance(value, (Hidden, HiddenNumber)):
            raise LookedAt(value.part, value.part)
    return holding
