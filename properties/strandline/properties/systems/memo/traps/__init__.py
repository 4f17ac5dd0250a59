"""Traps: logs that lure a reader into a wrong answer, each with the right one written out by hand.

The turns that are written here are a third text of the definition, beside the oracle and the scanner: if both of those
were wrong in the same way, a trap would still tell.
"""

from __future__ import annotations

from strandline.properties.systems.memo.traps.days import DAYS
from strandline.properties.systems.memo.traps.files import NO_LOGS, NoLog
from strandline.properties.systems.memo.traps.payloads import PAYLOADS
from strandline.properties.systems.memo.traps.rows import ROWS
from strandline.properties.systems.memo.traps.structure import STRUCTURE
from strandline.properties.systems.memo.traps.submissions import SUBMISSIONS
from strandline.properties.systems.memo.traps.trap import Asked, Trap

__all__ = ["NO_LOGS", "TRAPS", "Asked", "NoLog", "Trap"]

TRAPS: tuple[Trap, ...] = (*ROWS, *STRUCTURE, *PAYLOADS, *SUBMISSIONS, *DAYS)
"""Every trap: of rows that are joined, of bodies that are read, of days that begin and end."""
