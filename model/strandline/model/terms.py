"""The terms in which every model is written; they know no system, and the engines know no other word of a model.

A state is a frozen record: a frozen dataclass or a NamedTuple. Marks say of a field what its type does not::

    Version = Annotated[int, Rank("version")]

    class State(NamedTuple):
        clients: Annotated[tuple[Client, ...], ACTORS]
        stored: Version = 0

What may happen is a table of :class:`Action`; a step takes a state and gives another one, made by :func:`replace`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")


class Step(NamedTuple):
    """One step that somebody takes: an action by its name, an actor by its number (None is the environment)."""

    name: str
    actor: int | None = None
    arg: int = 0


class Rank(NamedTuple):
    """Marks a number that only grows (a version, a token), of which only the order counts.

    All ranks of one ``order`` are compared with each other, and with no other number. 0 is none yet. A step may compare
    them, copy them, and write :data:`NEXT`.
    """

    order: str


class Names(NamedTuple):
    """Marks a field whose value names actors by their places: a number, or a tuple or set of them.

    ``actors`` is the field of the state that holds those actors.
    """

    actors: str


class _Mark:
    """A mark without a part of its own."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __reduce__(self) -> str:
        """Stay one and the same in every process."""
        return self._name


ACTORS: Final = _Mark("ACTORS")
"""Marks a tuple of records, one for each actor; how many there are never changes."""

WHOLE: Final = _Mark("WHOLE")
"""Marks a record that is read and written as one value, with all that is in it."""


class _Next:
    """See :data:`NEXT`."""

    def __repr__(self) -> str:
        return "NEXT"

    def __reduce__(self) -> str:
        """Stay one and the same in every process: it is known by what it is, not by what it holds."""
        return "NEXT"

    def __lt__(self, other: object) -> bool:
        return False

    def __le__(self, other: object) -> bool:
        return other is self

    def __gt__(self, other: object) -> bool:
        return other is not self

    def __ge__(self, other: object) -> bool:
        return True


NEXT: Final[Any] = _Next()
"""Written to a rank: a number above all others of its order. Every NEXT of one step is the same number."""


@dataclasses.dataclass(frozen=True, slots=True)
class Action:
    """Something that may happen.

    Args:
        name: what it is called.
        take: the step, with its guard inside: ``take(state)``, followed by the actor's number if actors take it, and by
            the parts of an argument. It gives None where it cannot happen, else the state after it, or that state and a
            tuple of events, or a list (or a generator) of several of these: the ways in which it may go.
        by: the field of the state that holds the actors who take it; None if the environment does.
        args: each argument that it may be taken with: a tuple of the arguments of one call, or a single one.
        reads: the components that it reads, if that is to be a contract; a name stands for all that is below it, and a
            star for every actor.
        writes: the components that it writes, in the same way.
    """

    name: str
    take: Callable[..., Any]
    by: str | None = None
    args: tuple[Any, ...] = ((),)
    reads: tuple[str, ...] | None = None
    writes: tuple[str, ...] | None = None


def replace(record: R, /, **changes: Any) -> R:  # noqa: ANN401 - a field holds what it was declared to hold
    """Give a record with some fields changed; the same on every Python, for dataclasses, NamedTuples and lazy records.

    Args:
        record: a frozen dataclass, a NamedTuple, or a record that an engine reads lazily.
        changes: the new values by the names of the fields.

    Raises:
        TypeError: the record has no such field, or is no record.
    """
    kind: Any = type(record)
    replaced = getattr(kind, "replaced_lazily", None)
    if replaced is not None:
        return replaced(record, changes)  # type: ignore[no-any-return] # a record of the same kind
    if isinstance(record, tuple) and hasattr(kind, "_fields"):
        unknown = changes.keys() - set(kind._fields)
        if unknown:
            raise TypeError(f"a {kind.__name__} has no field {min(unknown)!r}")
        return kind._replace(record, **changes)  # type: ignore[no-any-return] # a record of the same kind
    if not dataclasses.is_dataclass(record):
        raise TypeError(f"a {kind.__name__} is no record: a frozen dataclass or a NamedTuple is wanted")
    return dataclasses.replace(record, **changes)  # type: ignore[type-var] # it is a dataclass, as was just seen
