"""The view, part by part: what the real parts of a world are in the terms of the model's parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.memo import Memo
from strandline.impl.memo.store import Slot
from strandline.model.memo.bounds import births_max, uncounted
from strandline.model.memo.log import Row
from strandline.model.memo.state import Beside, Head, Held, Task, drafted
from strandline.model.memo.world import init
from strandline.model.terms import NEXT
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.realworlds.bench import KEPT, MEMOS, OWN_MEMOS, SLOT_MEMO, STAND, of

if TYPE_CHECKING:
    from strandline.model.memo.state import Scope
    from strandline.properties.engines.exhaust.world import Reading, Value
    from strandline.properties.systems.memo.driver.plug import Plug
    from strandline.properties.systems.memo.realworlds.standing import Kept, Stand


class Viewer:
    """Sees real parts as the model's, by every row that can be written in a world."""

    def __init__(self, scope: Scope, plug: Plug) -> None:
        """Look at a world of this scope."""
        self.library = view.Library(plug)
        self.library.learn(rows_of(scope))
        self._uncounted = uncounted(scope)
        self._stands: dict[Stand | None, dict[str, Value]] = {}
        self._slots: dict[Kept | None, dict[str, Value]] = {}

    def stand(self, stand: Stand | None) -> dict[str, Value]:
        """Give the model's parts of a refresher that are in a real one's stand, by their components."""
        if stand not in self._stands:
            task = Task() if stand is None else self._task(stand)
            self._stands[stand] = {of(part): getattr(task, part) for part in OWN_MEMOS}
        return self._stands[stand]

    def slot(self, kept: Kept | None) -> dict[str, Value]:
        """Give the model's parts of what is stored, by their components."""
        if kept not in self._slots:
            self._slots[kept] = dict(zip(SLOT_MEMO, self._kept(kept), strict=True))
        return self._slots[kept]

    def _task(self, stand: Stand) -> Task:
        state = stand.state
        tally = state.tally  # type: ignore[union-attr] # no gate of the world has none
        counts = {count: getattr(tally, count) for count in COUNTS if count not in self._uncounted}
        match state:
            case impl.Reading(base=Memo() as base):
                return Task(base=self._held(base, stand.base), **counts)
            case impl.Checking(found=Memo() as found, slot=Slot() as lay):
                seen = replace(view.memo(found, self.library), observation=NEXT)
                beside = view.beside(seen, lay, Beside("discard", _ghost(stand.beside)), self.library)
                return Task(found=self._held(found, stand.found), beside=beside, **counts)
            case impl.Checking(found=found):
                held = self._held(found, stand.found) if isinstance(found, Memo) else _ghost(stand.found)
                return Task(found=held, **counts)
            case impl.Storing(memo=memo):
                return Task(found=self._held(memo, stand.found), **counts)
        return Task(**counts)

    def _held(self, memo: Memo, rows: tuple[Row, ...] | None) -> Held | None:
        return None if rows is None else view.held(memo, Held(None, rows), self.library, memo.observation)

    def _kept(self, kept: Kept | None) -> tuple[Head | None, Held | None, bool]:
        if kept is None:
            return None, None, False
        memo = view.memo(kept.memo, self.library)
        return Head(memo.epoch, memo.inode, memo.coverage), self._held(kept.memo, kept.rows), kept.forgotten


COUNTS: Final = ("tries", "swaps", "waits")
"""What a refresh counts."""


def _ghost(rows: tuple[Row, ...] | None) -> Held | None:
    return None if rows is None else Held(None, rows)


def rows_of(scope: Scope) -> list[Row]:
    """Give every row that can be written in a world: of each template, at each birth, under each id."""
    most = births_max(scope)
    world = init(scope)
    drafts = [
        drafted(replace(world, births=birth), scope, template)
        for birth in range(most)
        for template in range(len(scope.templates))
    ]
    return [Row(number, *draft) for number in range(1, most + 1) for draft in drafts]


class Viewed:
    """Hands the model's parts out, seen in the real ones."""

    def __init__(self, at: Reading, viewer: Viewer) -> None:
        """Look at these parts."""
        self._at = at
        self._viewer = viewer

    @property
    def known(self) -> dict[str, Any]:
        """What was read so far."""
        parts: dict[str, Any] = dict(getattr(self._at, "known", {}))
        if of(STAND) in parts:
            parts |= self._viewer.stand(parts[of(STAND)])
        if KEPT in parts:
            parts |= self._viewer.slot(parts[KEPT])
        return parts

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        if part in SLOT_MEMO:
            return self._viewer.slot(self._at[KEPT])[part]
        return self._viewer.stand(self._at[of(STAND)])[part] if part in MEMOS else self._at[part]
