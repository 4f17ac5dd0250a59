"""A world that is moved step by step."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from strandline.model.terms import Step

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Space(Generic[S]):
    """A world, for whoever moves it: where it starts, what can happen, what that leads to.

    ``probe`` gives the events of what would happen if a state were left in peace; it moves
    nothing. ``began`` are the events of the first state itself. ``anew`` begins again, where a state
    that has been left cannot be come back to; None where any state can be.
    """

    first: S
    actions: Callable[[S], Iterable[Step]]
    step: Callable[[S, Step], tuple[S, Iterable[Any]]]
    probe: Callable[[S], Iterable[Any]]
    began: tuple[Any, ...] = ()
    anew: Callable[[], None] | None = None
