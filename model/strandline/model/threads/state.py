"""What there is at one moment: callers, the core of a thread, its rollout, its row, and what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from strandline.model.terms import ACTORS, WHOLE, Names
from strandline.model.threads.facts import EMPTY, Line, Patch

UNKNOWN: Final = -1
"""In place of a generation: nothing is known of the row, or nothing was captured yet."""

NOBODY: Final = None
"""In place of the number of a caller."""

WRITES: Final = {"say": "said", "note": "noted", "goal": "said", "rename": "named", "persist": "began"}
"""The calls that append a line, and what it says; persist does if there is none yet. ``goal`` appends and flushes."""

APPENDS: Final = frozenset({"say", "note"})
"""The calls that wait for nothing but their line."""


class Waiter(NamedTuple):
    """A barrier, as the core knows it.

    ``target`` is the generation that it captured, ``wrote`` whether its own line is in the rollout. ``fresh``
    says that it asked for what was deferred, and that no attempt with that was applied yet; ``young`` that no
    attempt has begun since it came.
    """

    target: int
    wrote: bool = False
    fresh: bool = False
    young: bool = False


class Call(NamedTuple):
    """A call that has not been answered, seen from outside.

    ``at`` is where it stands: it ``waits``, or is about to ``write`` or ``remove``, or has ``wrote`` or
    ``removed``, or was ``refused``. ``captured`` is the generation that it must find in the row, ``whole``
    that nothing may be left out there as deferred. ``tried`` says that an attempt for it began since it came,
    ``gave up`` is the word for how its caller gave up.
    """

    kind: str
    at: str = "waits"
    captured: int = UNKNOWN
    whole: bool = False
    tried: bool = False
    gave_up: str = ""


class Flight(NamedTuple):
    """The attempt in flight, and the patch that was moved into it."""

    target: int
    patch: Patch = EMPTY


class Work(NamedTuple):
    """What the store is doing for the thread.

    An ``upsert`` merges a patch into the row that has the generation ``base``, and replaces the row if that is
    unknown; a ``refold`` reads what the rollout says through ``target``; a ``delete`` takes the row out.
    """

    kind: str
    base: int
    target: int
    patch: Patch = EMPTY


class Row(NamedTuple):
    """The row: the generation that it was made through, and its columns."""

    generation: int
    patch: Patch


class Core(NamedTuple):
    """What a thread decides by, without the names of callers.

    ``tail`` is the last line that is durable and observed, ``applied`` the generation of the row, as far as it is
    known. ``pending`` are patches to be projected next; there is never more than one. ``deferred`` waits until
    there is more history or somebody asks for all. ``ending`` is how a shutdown will be answered.
    """

    tail: int = 0
    applied: int = 0
    pending: tuple[Patch, ...] = ()
    deferred: Patch = EMPTY
    flight: Flight | None = None
    gate: str = "open"
    ending: str = ""
    armed: str = ""
    failures: int = 0
    dead: bool = False


class Now(NamedTuple):
    """What a caller is at: its call, and what the core knows of it if it is a barrier."""

    call: Call | None = None
    waiter: Waiter | None = None


class Caller(NamedTuple):
    """Somebody who makes one call at a time."""

    now: Annotated[Now, WHOLE] = Now()


class Thread(NamedTuple):
    """The core, and which callers it speaks of: who waits for the section, who is in it, who closes."""

    core: Annotated[Core, WHOLE] = Core()
    queue: Annotated[tuple[int, ...], Names("callers")] = ()
    writing: Annotated[int | None, Names("callers")] = NOBODY
    closing: Annotated[int | None, Names("callers")] = NOBODY


class Left(NamedTuple):
    """How often each thing may still happen; a bound of the world."""

    say: int = 0
    note: int = 0
    goal: int = 0
    rename: int = 0
    persist: int = 0
    flush: int = 0
    shutdown: int = 0
    discard: int = 0
    failures: int = 0
    giving_up: int = 0
    deaths: int = 0
    crashes: int = 0
    losses: int = 0


NOTHING_YET: Final = Thread()
NO_MORE: Final = Left()


@dataclass(frozen=True)
class State:
    """One thread, in one process at a time, with everything around it.

    ``owed`` is the last attempt that failed: its generation and its columns. ``reported`` is the generation that the
    store last said was applied. ``resting`` says that since a resume nothing was written and
    nobody was given all, so recency may lag behind.
    ``unseen`` says that the database was removed, and that nobody has looked since.
    """

    callers: Annotated[tuple[Caller, ...], ACTORS]
    thread: Thread = NOTHING_YET
    lines: tuple[Line, ...] = ()
    row: Annotated[Row | None, WHOLE] = None
    work: Annotated[Work | None, WHOLE] = None
    heap: str = ""
    up: bool = True
    released: bool = False
    gone: bool = False
    life: int = 0
    owed: tuple[int, frozenset[str]] = (0, frozenset())
    reported: int = 0
    resting: bool = False
    unseen: bool = False
    left: Left = NO_MORE


def first(callers: int, **left: int) -> State:
    """Begin with a thread that has no line yet.

    Args:
        callers: how many may call at once.
        left: how often each thing may happen.
    """
    return State((Caller(),) * callers, left=Left(**left))
