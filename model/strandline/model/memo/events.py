"""What happened in a step, in the terms in which the laws judge it.

The model makes these of itself; the harness around the real code makes the same ones of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Row
    from strandline.model.memo.state import Ghost
    from strandline.model.memo.truth import Truth


class Holding(NamedTuple):
    """A memo as a law sees it: the ghost of its snapshot, and how much it covers and holds.

    ``full`` tells that it stopped at its limit of sources.
    """

    ghost: Ghost
    inode: int
    coverage: int
    sources: int
    anchors: int
    gaps: int
    full: bool

    @property
    def commit(self) -> int:
        """The commit that it rests on."""
        return self.ghost.commit

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of its snapshot."""
        return self.ghost.rows


class Outline(NamedTuple):
    """The stored memo as a law sees it when another one comes: the commit that it rests on, and how much it covers.

    ``rows`` are those of its snapshot, for people; None where nobody looked.
    """

    commit: int
    inode: int
    coverage: int
    forgotten: bool
    rows: tuple[Row, ...] | None = None


class Looked(NamedTuple):
    """A read transaction ended well.

    ``base`` is the memo it went on from, of a commit that no law asks for, ``stored`` whether that was the stored one;
    ``tested`` counts rows whose body was read, ``keys`` sources looked up by primary key, ``anchors`` the
    remembered ones that were compared, ``renewed`` those that were fetched to be remembered from now on.
    """

    actor: int
    base: Holding | None
    stored: bool
    rows: tuple[Row, ...]
    inode: int
    coverage: int
    cause: str | None
    tested: int
    keys: int
    anchors: int
    renewed: int


class Answered(NamedTuple):
    """A refresh answered.

    ``rows`` are those of the snapshot that the answer rests on, ``named`` whether its token names that
    snapshot, ``led`` whether the path led to that file at some instant of the refresh, ``one_shot`` what
    the one-shot path says of the same snapshot and window.
    """

    actor: int
    span: Span
    answer: Truth
    rows: tuple[Row, ...]
    named: bool
    led: bool
    one_shot: Truth

    @property
    def turns(self) -> tuple[object, ...]:
        """The items of the answer."""
        return self.answer.turns


class Failed(NamedTuple):
    """A refresh could not read, and ended.

    ``answered`` tells that it gave an answer, or went on, as if nothing had failed; ``moved`` that the
    stored memo changed with it.
    """

    actor: int
    reason: str
    answered: bool
    moved: bool


class Stored(NamedTuple):
    """A write-back took effect in place of what was stored."""

    actor: int
    mine: Holding
    old: Outline | None


class Discarded(NamedTuple):
    """A write-back gave way to what is stored."""

    actor: int
    mine: Holding
    theirs: Outline | None


class GaveUp(NamedTuple):
    """A refresh lost the swap as often as it may and answered without storing."""

    actor: int


class Settled(NamedTuple):
    """Two refreshes of one window with nothing else moving.

    ``exact`` judges both answers, ``turns`` counts those of the second; the rest is what the
    second one read.
    """

    exact: bool
    turns: int
    cause: str | None
    tested: int
    keys: int
    anchors: int
    full: bool


Event: TypeAlias = Looked | Answered | Failed | Stored | Discarded | GaveUp | Settled
