"""What happened in a step, in the terms in which the laws judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from strandline.model.threads.facts import Line, Patch
    from strandline.model.threads.state import Call, Row


class Answered(NamedTuple):
    """A call was answered.

    Args:
        call: the call; None if there was none, or it was answered before.
        status: the word that it was answered with.
        durable: whether it was told that its line is in the rollout.
        wrote: whether it is there.
        row: the row at that moment, where the call says that it was waited for.
        lines: the rollout at that moment, in the same case.
        released: whether the rollout was released by then.
        closing: whether somebody shuts the thread down or discards it.
        dead: whether the worker is dead.
        covered: whether the attempt that just ended covered the call.
    """

    call: Call | None
    status: str
    durable: bool = False
    wrote: bool = False
    row: Row | None = None
    lines: tuple[Line, ...] = ()
    released: bool = False
    closing: bool = False
    dead: bool = False
    covered: bool = False


class Began(NamedTuple):
    """An attempt began.

    Args:
        kind: what it does first: ``upsert`` or ``refold``.
        target: its generation.
        patch: what it sets.
        lines: the rollout at that moment.
        beside: whether another one was in flight.
        owed: the generation and the columns of the one that failed before.
        closed: whether the rollout was released, or its removal had begun.
    """

    kind: str
    target: int
    patch: Patch
    lines: tuple[Line, ...]
    beside: bool
    owed: tuple[int, frozenset[str]]
    closed: bool


class Wrote(NamedTuple):
    """A line became durable; ``late`` if a shutdown had captured what there was."""

    number: int
    late: bool


class Merged(NamedTuple):
    """The row was written; ``closed`` if the rollout was released or removed by then."""

    generation: int
    closed: bool


class Released(NamedTuple):
    """The rollout was released; ``busy`` if something was in flight."""

    busy: bool


class Stalled(NamedTuple):
    """An append waits although nobody is in the append section."""
