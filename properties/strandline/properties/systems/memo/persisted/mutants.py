"""Known-bad designs of a persisted memo, each one change of the keeper, of the file, or of what a process does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.impl.memo.encoding import DIGEST
from strandline.impl.memo.keeper import Keeper
from strandline.impl.memo.shelf import Shelf
from strandline.model.memo import persisted
from strandline.model.terms import Action, replace
from strandline.properties.core.own import Variant
from strandline.properties.systems.memo.persisted.real import Kinds, real

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from strandline.impl.memo.keeper import Looked
    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.shelved import Key, Mark
    from strandline.model.memo.persisted import State


class Blind(Shelf):
    """Saves whatever is there by then."""

    def save(
        self, key: Key, before: Mark, head: bytes, fresh: Mapping[int, bytes], gone: Sequence[int] | None
    ) -> Mark | None:
        """Save beside the mark that is there now."""
        return super().save(key, self.mark(key)._replace(file=before.file or self._inode), head, fresh, gone)


class Stubborn(Shelf):
    """Saves into an empty file only."""

    def save(
        self, key: Key, before: Mark, head: bytes, fresh: Mapping[int, bytes], gone: Sequence[int] | None
    ) -> Mark | None:
        """Refuse to replace a memo."""
        return None if before.version else super().save(key, before, head, fresh, gone)


class Unchecked(Shelf):
    """Reads a head without looking at its digest."""

    def load(self, key: Key, mark: Mark) -> bytes | None:
        """Read whatever stands there."""
        if not mark.version or self._connection is None:
            return None
        found = self._connection.execute("SELECT head FROM memos WHERE log = ? AND rules = ?", key).fetchone()
        return None if found is None or found[0] is None else bytes(found[0][DIGEST:])


class Deaf(Keeper):
    """Does not forget its own memo when another process drops it."""

    def look(self, memo: Memo | None, epoch: int, drop: Callable[[], int]) -> Looked:  # noqa: ARG002 - it is deaf
        """Look without hearing of a drop."""
        return super().look(memo, epoch, lambda: epoch)


class Idle(Keeper):
    """Saves, and never reads."""

    def _load(self, memo: Memo | None, epoch: int, mark: Mark) -> None:
        pass


def believing(s: State, me: int) -> object:
    """Go on from what is in the file without a look at the log."""
    mine = s.processes[me]
    if not mine.wants or not mine.use.commit:
        return persisted.read(s, me)
    memo = persisted.Memo(s.log.commit, s.log.history, max(mine.use.reach, mine.wants), mine.seen.epoch)
    after = replace(mine, wants=0, memo=memo, use=persisted.Memo(), there=persisted.Memo(), pending=True)
    return persisted.put(s, me, after), (("answered", mine.use, s.log.history, mine.seen.epoch, False),)


def tearing(s: State, me: int) -> object:
    """Die with the head written and its parts not."""
    mine = s.processes[me]
    if not s.budget.deaths or not mine.pending or not s.file.mark.file:
        return persisted.die(s, me)
    budget = replace(s.budget, deaths=s.budget.deaths - 1)
    torn = replace(s, file=replace(s.file, memo=mine.memo, sound=False), budget=budget)
    return persisted.put(torn, me, persisted.Process()), (("died", True),)


def _with(name: str, take: Callable[..., object]) -> tuple[Action, ...]:
    """Give the actions of the model with one of them changed."""
    return tuple(
        Action(name, take, by="processes") if action.name == name else action for action in persisted.actions()
    )


MUTANTS: Final = (
    Variant("blind", "saves without comparing what was there", "M3", real(Kinds(shelf=Blind)), hazard="lost update"),
    Variant("stubborn", "never replaces a memo", "M5", real(Kinds(shelf=Stubborn)), hazard="no progress"),
    Variant("idle", "never reads what is stored", "M6", real(Kinds(keeper=Idle)), hazard="thrash"),
    Variant(
        *("deaf", "does not hear of a drop", "M8", real(Kinds(keeper=Deaf))), hazard="resurrection", where="dropped"
    ),
    Variant("unchecked", "reads a memo without its digest", "M9", real(Kinds(shelf=Unchecked)), where="killed"),
    Variant("believing", "goes on from a base unseen", "M1", actions=_with("read", believing), where="replaced"),
    Variant("tearing", "writes the head before the parts", "M9a", actions=_with("die", tearing), where="killed"),
)
"""Every mutant: of the file, of the keeper, of what a process does."""
