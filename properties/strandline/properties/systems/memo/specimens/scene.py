"""The state that a specimen is searched in: the model's world, the stored memo, the refreshes in flight.

The world is the environment and keeps the ghosts, as it does beside the real scanner. What the
specimen itself knows is its memo and its runs; both are values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Self, TypeVar

from strandline.model.memo.days import Span
from strandline.model.memo.memo import OPEN
from strandline.model.memo.ranks import commits, ranks, renumbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.log import Row
    from strandline.model.memo.oracle import Turn
    from strandline.model.memo.state import Ghost, World

EVER: Final = Span(None, None)

SEEN: Final = 1
"""What a connection has seen once it was read from: a specimen does not number what it sees."""


@dataclass(frozen=True, slots=True)
class Memo(ABC):
    """What every published memo holds; each specimen adds the rest."""

    coverage: int
    cursor: int
    inode: int

    @abstractmethod
    def turns(self, span: Span) -> tuple[Turn, ...]:
        """Give the turns of a span, by turn id."""

    @abstractmethod
    def size(self) -> int:
        """Count the facts that are held."""

    def anchors(self) -> int:
        """Count the rows that are remembered to recognize the log by."""
        return 0

    def number(self) -> int:
        """Give the number by which two memos are told apart, 0 for none."""
        return 0

    def numbered(self, number: int) -> Self:  # noqa: ARG002 - a memo without a number has none to change
        """Give the memo with another number."""
        return self

    def text(self) -> str:
        """Put the memo in words; its number means nothing but beside another one."""
        turns = ", ".join(turn.turn for turn in self.turns(EVER)) or "no turn"
        coverage = "the beginning" if self.coverage == OPEN else self.coverage
        return f"{turns}, cursor {self.cursor}, from {coverage}, inode {self.inode}"


M = TypeVar("M", bound=Memo)


class Kept(NamedTuple, Generic[M]):
    """A memo that is stored, and the commit that the first statement of its refresh saw (a ghost)."""

    memo: M
    first: int


class Rested(NamedTuple, Generic[M]):
    """A memo outside of its slot, with the ghost of the last snapshot that it rests on."""

    kept: Kept[M]
    ghost: Ghost


class Run(NamedTuple, Generic[M]):
    """A refresh in flight: what its statements found so far.

    ``base`` is the memo that it recalled and ``cause`` why it does not go on from it; ``memo`` is
    what it has built. ``tested`` rows were read, ``keys`` and ``anchors`` looked up by id.

    Ghosts: ``first`` is the commit that its first statement saw, ``between`` are the contents of
    the log since it was started, ``forgotten`` tells that what it holds was dropped, ``failed``
    why a read failed, ``moved`` that it stored all the same.
    """

    coverage: int
    between: tuple[tuple[Row, ...], ...]
    inode: int = 0
    number: int = 0
    top: int = 0
    memo: M | None = None
    base: Rested[M] | None = None
    cause: str | None = None
    tested: int = 0
    keys: int = 0
    anchors: int = 0
    first: int = 0
    forgotten: bool = False
    failed: str | None = None
    moved: bool = False


class Scene(NamedTuple, Generic[M]):
    """One state of a specimen in its world; the gate of each refresh is that of the world's task."""

    world: World
    runs: tuple[Run[M] | None, ...]
    kept: Kept[M] | None = None
    saved: Rested[M] | None = None


def memos(scene: Scene[M]) -> Iterator[M]:
    """Give every memo of a scene whose number is compared or may be."""
    if scene.kept is not None:
        yield scene.kept.memo
    if scene.saved is not None:
        yield scene.saved.kept.memo
    for run in scene.runs:
        if run is not None:
            yield from (memo for memo in (run.memo, run.base and run.base.kept.memo) if memo is not None)


def next_number(scene: Scene[M]) -> int:
    """Give a number above every one that the scene still remembers."""
    return 1 + max(_numbers(scene), default=0)


def canonical(scene: Scene[M]) -> Scene[M]:
    """Renumber numbers and commits from 1, keeping their order."""
    numbered = ranks(_numbers(scene))
    committed = ranks((*commits(scene.world), *_commits(scene)))
    world = renumbered(scene.world, {0: 0, SEEN: SEEN}, committed)
    if all(number == rank for number, rank in (*numbered.items(), *committed.items())):
        return scene._replace(world=world)

    def kept(old: Kept[M] | None) -> Kept[M] | None:
        return old and Kept(old.memo.numbered(numbered[old.memo.number()]), committed[old.first])

    def run(old: Run[M] | None) -> Run[M] | None:
        return old and old._replace(
            number=numbered[old.number],
            memo=old.memo and old.memo.numbered(numbered[old.memo.number()]),
            base=rested(old.base),
            first=committed[old.first],
        )

    def rested(old: Rested[M] | None) -> Rested[M] | None:
        if old is None:
            return None
        ghost = old.ghost._replace(commit=committed[old.ghost.commit])
        moved = kept(old.kept)
        return moved and Rested(moved, ghost)

    return Scene(world, tuple(map(run, scene.runs)), kept(scene.kept), rested(scene.saved))


def _numbers(scene: Scene[M]) -> Iterator[int]:
    yield from (memo.number() for memo in memos(scene))
    yield from (run.number for run in scene.runs if run is not None)


def _commits(scene: Scene[M]) -> Iterator[int]:
    for run in scene.runs:
        if run is not None:
            yield run.first
    yield scene.kept.first if scene.kept is not None else 0
    for rested in (scene.saved, *(run.base for run in scene.runs if run is not None)):
        if rested is not None:
            yield from (rested.kept.first, rested.ghost.commit)
