"""Where everything in a space-time diagram stands: lanes side by side, time running down, one row for each step.

Nothing is drawn here. What is worked out is who wrote each value that was ever there, how long it lasted, and whom
each reader therefore read from.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.evidence.lanes import who
from strandline.properties.evidence.shown import ANSWER, LOG, MEMO, PARTS, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.evidence.shown import StepShown, TraceShown

THINGS_MAX: Final = 3
"""Things that have a lane of their own; a declared world may have dozens of components."""

ENVIRONMENT: Final = who(None)


class Life(NamedTuple):
    """One value of a thing: who wrote it (None: it was there before) in which row, and in which row it ended."""

    thing: str
    value: str
    writer: str | None
    since: int
    until: int | None


class Look(NamedTuple):
    """A reader, in a row, reads a value of a thing; ``past`` tells that another one has taken its place already."""

    row: int
    reader: str
    life: Life
    value: str
    past: bool


class Burial(NamedTuple):
    """A writer puts its value over somebody else's; ``seen`` is the row in which it last looked at the thing."""

    row: int
    by: str
    buried: Life
    seen: int | None

    @property
    def unseen(self) -> bool:
        """Tell whether the writer never saw what it put its own in place of."""
        return self.seen is None or self.seen < self.buried.since


class Flight(NamedTuple):
    """A refresh in flight, from the row in which it starts to that of its outcome."""

    actor: str
    since: int
    until: int


class Spacetime(NamedTuple):
    """A trace by its lanes: rows are numbered from 1, and row 0 is what there was before."""

    things: tuple[str, ...]
    actors: tuple[str, ...]
    lives: tuple[Life, ...]
    looks: tuple[Look, ...]
    burials: tuple[Burial, ...]
    flights: tuple[Flight, ...]


def spacetime(trace: TraceShown) -> Spacetime:
    """Work out the lanes of a trace."""
    things = tuple(_things(trace))[:THINGS_MAX]
    lives = tuple(life for thing in things for life in _lives(thing, trace))
    seen = dict.fromkeys(step.actor for step in trace.steps)
    actors = tuple(sorted(seen, key=lambda actor: (actor != ENVIRONMENT, len(actor), actor)))
    looks = tuple(_looks(trace, lives))
    return Spacetime(things, actors, lives, looks, tuple(_burials(lives, looks)), tuple(_flights(trace)))


def _things(trace: TraceShown) -> Iterator[str]:
    """Name what has values: what was there before, and what is changed from one value to another; the log first."""
    touched = {_thing(change.what) for step in trace.steps for change in step.changes if change.before}
    touched |= {thing for step in trace.steps for thing in step.reads}
    named = [LOG, MEMO, *map(_thing, trace.first), *sorted(touched)]
    yield from (thing for thing in dict.fromkeys(named) if thing in touched)


def _thing(part: str) -> str:
    """Name the thing that something is a part of; what is no part of another is a thing."""
    return next((thing for thing, parts in PARTS.items() if part in parts), part)


def _lives(thing: str, trace: TraceShown) -> Iterator[Life]:
    names = PARTS.get(thing, (thing,))
    parts = {name: trace.first[name] for name in names if name in trace.first}
    value, writer, since = whole(thing, parts), None, 0
    for row, step in enumerate(trace.steps, 1):
        changed = {one.what: one.after for one in step.changes if one.what in names and one.before}
        if changed:
            parts = {name: (parts | changed)[name] for name in names if name in parts | changed}
            yield Life(thing, value, writer, since, row)
            # The log is never a refresh's to write: what changes it amid a read is the world's commit.
            value, writer, since = whole(thing, parts), ENVIRONMENT if thing == LOG else step.actor, row
    yield Life(thing, value, writer, since, None)


def _looks(trace: TraceShown, lives: tuple[Life, ...]) -> Iterator[Look]:
    """Find for each look the value that it saw: the one just before its row, or one that was there earlier.

    A step that reads and writes reads first. A refresh reads on from a file that was replaced under its hands.
    """
    at = {life.thing: life for life in lives if life.since == 0}
    born = {(life.thing, life.since): life for life in lives}
    was = {(life.thing, life.value): life for life in at.values()}
    for row, step in enumerate(trace.steps, 1):
        for thing, value in step.reads.items():
            if thing in at:
                life = at[thing] if at[thing].value == value else was.get((thing, value), at[thing])
                yield Look(row, step.actor, life, value, past=life != at[thing])
        for thing in [one for one in at if (one, row) in born]:
            at[thing] = born[thing, row]
            was[thing, at[thing].value] = at[thing]


def _burials(lives: tuple[Life, ...], looks: tuple[Look, ...]) -> Iterator[Burial]:
    """Name each value that one refresh stored and another one replaced; that the world moves on buries nothing."""
    born = {(life.thing, life.since): life for life in lives}
    seen: dict[tuple[str, str], list[int]] = {}
    for look in looks:
        seen.setdefault((look.reader, look.life.thing), []).append(look.row)
    for life in lives:
        after = born.get((life.thing, life.until)) if life.until is not None else None
        if after is None or after.writer is None or life.writer in {None, ENVIRONMENT, after.writer}:
            continue
        if after.writer != ENVIRONMENT:
            rows = seen.get((after.writer, life.thing), [])
            before = rows[: bisect_left(rows, after.since)]
            yield Burial(after.since, after.writer, life, before[-1] if before else None)


def _flights(trace: TraceShown) -> Iterator[Flight]:
    began: dict[str, int] = {}
    for row, step in enumerate(trace.steps, 1):
        if step.action == "start":
            began[step.actor] = row
        if step.actor in began and _ends(step):
            yield Flight(step.actor, began.pop(step.actor), row)
    yield from (Flight(actor, since, len(trace.steps)) for actor, since in began.items())


def _ends(step: StepShown) -> bool:
    return step.action in {"cancel", "end"} or any(change.what in {ANSWER, "unavailable"} for change in step.changes)
