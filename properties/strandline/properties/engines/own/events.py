"""What is judged of a step of somebody's own system: its events, the state after it, what real code did otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.properties.core.law import Cover, Law

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.core.own import Own


class Difference(NamedTuple):
    """A component that the model and the real code left otherwise."""

    what: str
    model: str
    real: str


class Compared(NamedTuple):
    """A call of real code was held against the model: what it did otherwise, nothing if it did the same."""

    differences: tuple[Difference, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the real code did what the model does."""
        return not self.differences


class Event(NamedTuple):
    """Something that happened in a step, as the system tells it."""

    event: Any


class After(NamedTuple):
    """The state after a step, or the first one."""

    state: Any


REFINES: Final = Law(
    "R",
    "refines",
    says="The real code does in each call what the model says that it does.",
    why="What was searched is worth no more than the model's likeness to the code.",
    holds=lambda one: not isinstance(one, Compared) or one.same,
    of=(Compared,),
)
"""The law of all real code: it is told first, for the world goes on as the real code does."""


def judged_laws(own: Own) -> tuple[Law, ...]:
    """Give the laws of a system as they judge what is in this module."""
    laws = tuple(_judging(law) for law in own.laws)
    return (REFINES, *laws) if own.real is not None else laws


def _judging(law: Law) -> Law:
    cover = law.cover
    if law.of_states:
        of: type[Any] = After
        holds = None if law.holds is None else _of_state(law.holds, otherwise=True)
        seen = None if cover is None else _of_state(cover.seen, otherwise=False)
    else:
        of = Event
        holds = None if law.holds is None else _of_event(law.holds, otherwise=True)
        seen = None if cover is None else _of_event(cover.seen, otherwise=False)
    covered = None if cover is None or seen is None else Cover(cover.says, seen)
    return replace(law, holds=holds, cover=covered, of=(of,), of_states=False)


def _of_event(judge: Callable[[Any], bool], *, otherwise: bool) -> Callable[[Any], bool]:
    return lambda one: bool(judge(one.event)) if isinstance(one, Event) else otherwise


def _of_state(judge: Callable[[Any], bool], *, otherwise: bool) -> Callable[[Any], bool]:
    return lambda one: bool(judge(one.state)) if isinstance(one, After) else otherwise
