"""D1 dominance: D0, and a write-back gives way to a stored memo that has read as far.

Pull request 1404 of steipete/CodexBar after its first review, which had found that of two
overlapping refreshes the slower one writes last:

- A memo is thrown away if the stored one has the same inode number, begins its coverage as early,
  and has its cursor as far. Any other memo is put.
- All else is as in D0.

With appends alone the rule does what it is meant to do. After a deletion the memo that has read
less far is the newer one, and it is thrown away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.properties.systems.memo.specimens import d0_blind

if TYPE_CHECKING:
    from strandline.properties.systems.memo.specimens.d0_blind import BlindMemo


def _puts(mine: BlindMemo, stored: BlindMemo | None) -> bool:
    dominated = (
        stored is not None
        and stored.inode == mine.inode
        and stored.coverage <= mine.coverage
        and stored.cursor >= mine.cursor
    )
    return not dominated


RULE: Final = replace(d0_blind.RULE, puts=_puts)
