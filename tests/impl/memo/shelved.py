"""What claims about the persisted memo begin from: memos of some size, a shelf in a folder, and a log beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.encoding import Codec
from strandline.impl.memo.keeper import Keeper
from strandline.impl.memo.memo import Anchor, Memo, Place
from strandline.impl.memo.parse import Parsed
from strandline.impl.memo.projection import Fact, Skipped
from strandline.impl.memo.shelf import Shelf
from strandline.impl.memo.shelved import Key

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Place(7, 8)
CODEC = Codec(CODEX)
KEY = Key(b"/log", CODEC.rules)


def fact(row: int, turn: str = "t") -> Fact[Any]:
    says = Parsed("tags", f"{turn}{row}", None, "priority", "m\u00e9")
    return Fact(row, 10 * row, 5, says, (0, b"thread \xff"), bytes([row % 256]) * 16)


def skipped(row: int, ts: Any = None) -> Fact[Any]:  # noqa: ANN401 - whatever stands in the place of an instant
    return Fact(row, ts, 0, Skipped("ts"), None, b"s" * 16)


def memo(*rows: int, observation: int = 1, coverage: int = -(2**63), place: Place = PLACE, epoch: int = 0) -> Memo:
    """A memo of these rows."""
    sources = tuple(fact(row) for row in rows)
    anchors = tuple(Anchor(row, (1, 2.5), b"a" * 16) for row in rows[-3:])
    highest = max(rows, default=0)
    snapshot = Snapshot(*place, 3, highest or None, highest, observation)
    return Memo(epoch, place, observation, coverage, highest, sources, anchors, ((2, 3), (5, 5)), snapshot)


def told(one: Memo) -> Memo:
    """What of a memo is kept: all but its numbers."""
    place = one.place
    return replace(one, observation=0, snapshot=Snapshot(*place, 0, None, one.snapshot.sequence, 0))


def keeper(path: Path, **named: Any) -> Keeper:  # noqa: ANN401 - each parameter has its own type
    return Keeper(path.parent / "log", CODEX, Shelf(path), **named)


def never() -> int:
    raise AssertionError("nothing was dropped")


def saved(path: Path, one: Memo) -> None:
    """Keep a memo."""
    keeping = keeper(path)
    keeping.offer(one, keeping.look(None, 0, never).mark)
    assert keeping.save(now=True)
    assert keeping.persistence.unsaved is None
    keeping.close()


def found(path: Path) -> Memo | None:
    """Read what is kept, in another keeper."""
    keeping = keeper(path)
    base = keeping.look(None, 0, never).base
    keeping.close()
    return base
