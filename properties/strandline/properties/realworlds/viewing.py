"""The view, part by part: what the real parts of a world are in the terms of the model's parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from strandline.impl import refresh as impl
from strandline.impl.memo import Memo
from strandline.model.log import Row
from strandline.model.state import drafted
from strandline.model.world import init
from strandline.properties.harness import view
from strandline.properties.memoworlds.parts import REST, Beside, Body, Head, Held, births_max, of, uncounted
from strandline.properties.memoworlds.taker import ME
from strandline.properties.realworlds.bench import KEPT, STAND

if TYPE_CHECKING:
    from strandline.model.state import Scope
    from strandline.properties.exhaust.world import Value
    from strandline.properties.harness.plug import Plug
    from strandline.properties.memoworlds.asking import Parts
    from strandline.properties.realworlds.standing import Kept, Stand

OWN_MEMOS: Final = ("tries", "swaps", "waits", "base", "found", "beside")
"""The parts of a refresher of the model that are one part of a real one."""

SLOT_MEMO: Final = ("slot", "slot.body")
"""The parts of the model's slot that are one part of the real one."""


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
        """Give the model's parts of a refresher that are in a real one's stand."""
        if stand not in self._stands:
            self._stands[stand] = {part: REST[part] for part in OWN_MEMOS} if stand is None else self._parts(stand)
        return self._stands[stand]

    def slot(self, kept: Kept | None) -> dict[str, Value]:
        """Give the model's parts of what is stored."""
        if kept not in self._slots:
            self._slots[kept] = dict.fromkeys(SLOT_MEMO) if kept is None else self._kept(kept)
        return self._slots[kept]

    def _parts(self, stand: Stand) -> dict[str, Value]:
        state = stand.state
        tally = state.tally  # type: ignore[union-attr] # no gate of the world has none
        parts: dict[str, Value] = {"tries": tally.tries, "swaps": tally.swaps, "waits": tally.waits}
        parts |= {count: REST[count] for count in self._uncounted}  # of the model's parts these are none
        parts |= {"base": None, "found": None, "beside": None}
        match state:
            case impl.Reading(base=Memo() as base):
                parts["base"] = self._held(base, stand.base)
            case impl.Checking(found=found, slot=slot):
                parts["found"] = self._held(found if isinstance(found, Memo) else None, stand.found)
                if slot is not None:
                    parts["beside"] = Beside(
                        None if slot.memo is None else self._held(slot.memo, stand.beside), slot.epoch
                    )
            case impl.Storing(memo=memo):
                parts["found"] = self._held(memo, stand.found)
        return parts

    def _held(self, memo: Memo | None, rows: tuple[Row, ...] | None) -> Held | None:
        if rows is None:
            return None
        seen = None if memo is None else replace(view.memo(memo, self.library), observation=0)
        return Held(seen, rows)

    def _kept(self, kept: Kept) -> dict[str, Value]:
        memo = view.memo(kept.memo, self.library)
        head = Head(memo.epoch, memo.inode, memo.coverage, kept.forgotten)
        body = Body(memo.cursor, memo.sources, memo.anchors, memo.gaps, memo.full, kept.rows)
        return {"slot": head, "slot.body": body}


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


def viewed(at: Parts, viewer: Viewer) -> dict[str, Any]:
    """Give what was read so far in the terms of the model."""
    parts: dict[str, Any] = dict(at.known)
    if of(STAND, ME) in parts:
        parts |= {of(name, ME): value for name, value in viewer.stand(parts[of(STAND, ME)]).items()}
    if KEPT in parts:
        parts |= viewer.slot(parts[KEPT])
    return parts


class Viewed:
    """Hands the model's parts out, seen in the real ones."""

    def __init__(self, at: Parts, viewer: Viewer, reads: frozenset[str]) -> None:
        """Look at these parts, and at no more than may be read."""
        self._at = at
        self._viewer = viewer
        self._reads = reads

    def __contains__(self, part: str) -> bool:
        """Tell whether a part may be read."""
        name, _, owner = part.partition(".")
        return (name in OWN_MEMOS and owner == str(ME)) or part in SLOT_MEMO or part in self._reads

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        name, _, owner = part.partition(".")
        if name in OWN_MEMOS and owner == str(ME):
            return self._viewer.stand(self._at[of(STAND, ME)])[name]
        if part in SLOT_MEMO:
            return self._viewer.slot(self._at[KEPT])[part]
        return self._at[part]
