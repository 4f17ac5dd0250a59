"""What else must sometimes happen in the memo worlds: turns of a refresh that no law asks for, and parts are there for.

A law's cover shows that the law is not empty. Those here are covers of no law. Each shows that a part of the world has
a use: a kept connection is there for the refresh that reads no row, a count for the refresh that comes to its bound.
Were such a part taken away every law would still hold, in a smaller world with less in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.model.memo.events import Answered, Failed, GaveUp, Looked
from strandline.properties.core.law import Cover

if TYPE_CHECKING:
    from strandline.model.memo.events import Event

FORKED: Final = frozenset({"anchors lost", "rows rewritten", "deleted row is back"})
"""The causes of a full scan that lie in the rows of one file."""


SEVERAL: Final = 2
"""Rows that could be the first one and one like all that came after it."""


def _unchanged(event: Event) -> bool:
    """Tell that a refresh with anchors to compare compared none: it knew that nothing was committed since."""
    if not isinstance(event, Looked) or event.base is None or event.cause is not None:
        return False
    return bool(event.base.anchors) and event.anchors == event.tested == event.keys == 0


def _rewritten(event: Event) -> bool:
    """Tell that a refresh scans anew where the snapshots themselves show that an id has another row than before."""
    if not isinstance(event, Looked) or event.base is None or event.cause not in FORKED:
        return False
    known = {row.id: row for row in event.base.ghost.rows}
    return any(known.get(row.id, row) != row for row in event.rows)


def _gave_up(event: Event) -> bool:
    return isinstance(event, GaveUp)


def _led_astray(event: Event) -> bool:
    return isinstance(event, Failed) and event.reason == "replaced"


def _kept_waiting(event: Event) -> bool:
    return isinstance(event, Failed) and event.reason == "busy"


def _apart(event: Event) -> bool:
    return isinstance(event, Answered) and len(event.turns) == len(event.rows) > SEVERAL


OTHERS: Final = {
    "unchanged": Cover("a refresh of an unchanged log reads no row", _unchanged),
    "rewritten": Cover("a refresh finds other rows under the ids that its memo knows", _rewritten),
    "apart": Cover("an answer has a turn for each of several rows, so none stands for another one", _apart),
    "gave up": Cover("a refresh loses the swap as often as it may, and answers without storing", _gave_up),
    "led astray": Cover("a refresh starts over as often as it may, and fails", _led_astray),
    "kept waiting": Cover("a refresh waits for a busy log as often as it may, and fails", _kept_waiting),
}
"""Every cover of no law by its name."""
