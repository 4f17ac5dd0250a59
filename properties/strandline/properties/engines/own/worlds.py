"""The worlds of somebody's own system: those that are searched whole, and the one in which chance plays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.engines.records.shape import Shape, Thing

if TYPE_CHECKING:
    from strandline.properties.core.own import Own

SMALL: Final = "small"
"""The world that is searched whole."""

LARGE: Final = "large"
"""The world in which chance plays, with one living object."""


def searched_whole(own: Own) -> tuple[str, ...]:
    """Give the names of the worlds that are searched whole by every check."""
    return tuple(own.worlds) or (SMALL,)


def first_of(own: Own, world: str) -> Thing:
    """Give the first state of a world.

    Raises:
        KeyError: there is no such world.
    """
    if world == LARGE:
        return own.init(own.large)
    if world == SMALL and not own.worlds:
        return own.init(own.small)
    return own.worlds[world] if world in own.worlds else own.larger[world]


def shape_of(own: Own, world: str) -> Shape:
    """Give the components of the states of a world.

    Raises:
        KeyError: there is no such world.
    """
    return Shape(first_of(own, world), own.marks)
