"""The parts that a world of the model is cut into: their names, their values, and which of them can change.

Numbers are taken out of the values: an observation or a commit is a rank of its own, so that
values in which nothing but a number differs are one value. What a step would have to change in
every refresh at once is told by what few parts hold instead:

- a connection names its file by its serial; only when the path has left that file does it hold the rows;
- ``clean`` and ``unmoved`` are flags of their own, which a commit and a store put down without looking at the refresh;
- so is ``trusted``, which a drop puts down: the snapshot of what a refresh holds is not forgotten;
- the files that the path led to since a refresh started are all from the first one on.

What no step looks at again is not held: the numbers of a memo that is to be read on from, what
lay beside a memo once that decides nothing any more, the file of a kept connection that the path
has left, the stamp and the inode number of a file that a connection was opened to.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.model.world import AMID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from strandline.model.log import Log, Row
    from strandline.model.memo import Gap, Memo
    from strandline.model.state import Scope
    from strandline.properties.exhaust.world import Value

OBSERVED: Final = "observation"
COMMITTED: Final = "commit"

GONE: Final = -1
"""The stamp of a kept connection that is of no more use: it is never that of a file."""


class At(NamedTuple):
    """The file that the path leads to."""

    serial: int
    inode: int
    stamp: int


class Ask(NamedTuple):
    """What a refresh was asked for: the number of its window, and the first file that it may have seen."""

    window: int
    since: int


class Line(NamedTuple):
    """A pinned inode number and the serial of the file that was opened, None before that.

    ``left`` tells that the path has left that file.
    """

    inode: int
    stamp: int
    serial: int | None = None
    left: bool = False


class View(NamedTuple):
    """What a connection sees of a file that the path has left, which does not change any more."""

    log: Log
    clean: bool


class Held(NamedTuple):
    """A memo and the ghost of its snapshot; a one-shot read has no memo."""

    memo: Memo | None
    rows: tuple[Row, ...]


class Head(NamedTuple):
    """Of the stored memo, what decides whether another one may replace it."""

    epoch: int
    inode: int
    coverage: int
    forgotten: bool


class Body(NamedTuple):
    """The rest of the stored memo, and the rows that it was read from."""

    cursor: int
    sources: tuple[Row, ...]
    anchors: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    full: bool
    rows: tuple[Row, ...]


class Beside(NamedTuple):
    """What lay in the slot when a read ended."""

    held: Held | None
    epoch: int


REST: Final[dict[str, Value]] = {
    "gate": None,
    "ask": None,
    "link": None,
    "view": None,
    "clean": False,
    "unmoved": False,
    "trusted": False,
    "tries": 0,
    "swaps": 0,
    "waits": 0,
    "base": None,
    "found": None,
    "beside": None,
    "seen": 0,
    "ghost": 0,
    "left": 0,
}
"""The parts of a refresher, and what they hold while it has nothing to do.

``seen`` is the last observation through its connection, ``ghost`` the commit that its memo rests on,
``left`` the last commit to the file that the path has left.
"""

NUMBERED: Final = {"seen": OBSERVED, "ghost": COMMITTED, "left": COMMITTED}
"""The parts of a refresher that are numbers, each with its order."""

GIVES_BIRTH: Final = frozenset({"append", "append and prune", AMID})
"""What gives birth to a row."""

REPLACES: Final = frozenset({"replace", "reissue"})
"""What gives birth to a file full of rows."""


@cache
def of(part: str, actor: int) -> str:
    """Name a part of a refresher."""
    return f"{part}.{actor}"


def meant(words: str, scope: Scope, actor: int | None, own: Collection[str]) -> Iterator[str]:
    """Give the names of the parts that some words mean.

    Args:
        words: names; one of ``own`` is that part of the actor, with a plus behind it that of every refresher, and one
            that begins with ``idle`` is a part of each kept connection.
        scope: the bounds of the world.
        actor: whose parts are meant, None for nobody's.
        own: the names of the parts that each refresher has.
    """
    for word in words.split():
        name, plus, _ = word.partition("+")
        if plus:
            yield from (of(name, each) for each in range(scope.refreshers))
        elif name.startswith("idle"):
            yield from (f"idle.{place}{name.removeprefix('idle')}" for place in range(scope.idle))
        elif name in own:
            yield of(name, actor or 0)
        else:
            yield name


@cache
def order_of(part: str) -> str | None:
    """Give the order that a part is a rank of, None if its value is no number."""
    if part in {"commit", "slot.commit"}:
        return COMMITTED
    if part == "slot.observation" or (part.startswith("idle.") and part.endswith(".seen")):
        return OBSERVED
    return NUMBERED.get(part.partition(".")[0])


def births_max(scope: Scope) -> int:
    """Give how many rows can be born at most."""
    left = dict(scope.budget)
    one_by_one = sum(left.get(name, 0) for name in GIVES_BIRTH)
    return len(scope.born_with) + one_by_one + len(scope.templates) * sum(left.get(name, 0) for name in REPLACES)


def reach(scope: Scope) -> dict[str, int]:
    """Give how often at most a refresh comes to do what it counts, whatever happens in a scope.

    - It starts over when the path no longer leads to the file that it has pinned: once for each file that leaves the
      path to another one or to none. A number is not reissued while it is pinned.
    - It loses the swap to the memos of others and to drops, of which each comes once. Where windows differ in width it
      is topped up besides, maybe as often as it may be.
    - It waits whenever the log is busy.
    """
    left = dict(scope.budget)
    others = left.get("start", 0) - 1 if scope.refreshers > 1 else 0
    return {
        "tries": left.get("remove", 0) + left.get("replace", 0),
        "swaps": scope.limits.swaps if len(scope.windows) > 1 else others + left.get("drop", 0),
        "waits": left.get("busy", 0),
    }


@cache
def uncounted(scope: Scope) -> frozenset[str]:
    """Give the counts that cannot come to their bound in a scope.

    Below its bound a count decides nothing, so it is no part of such a world. With one, "replaced" had more than twice
    as many states, and they said no more.
    """
    limits = scope.limits
    bounds = {"tries": limits.tries, "swaps": limits.swaps, "waits": limits.waits + 1}
    return frozenset(count for count, times in reach(scope).items() if times < bounds[count])


def changing(scope: Scope) -> Callable[[str], bool]:
    """Tell which parts can change in a scope. The others hold what they did at first, so a world need not have them."""
    may = {name for name, _ in scope.budget}
    moved = bool(may & {*REPLACES, "remove"})
    topped_up = sum(not window.ended for window in scope.windows) > 1
    only_if = {
        "path": moved or "copy" in may,
        "backup": "backup" in may,
        "births": bool(may & {*GIVES_BIRTH, *REPLACES}),
        "serials": bool(may & REPLACES),
        "epoch": "drop" in may,
        "trusted": "drop" in may,
        "left": moved,
        "view": moved,
        **dict.fromkeys(uncounted(scope), False),
        "base": topped_up or scope.limits.chunk < births_max(scope),
    }
    return lambda part: only_if.get(part.partition(".")[0], True)
