"""The shipped scanner as a subject: what judges somebody else's judges it as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.impl.memo import window as impl
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.scanner import Scanner
from strandline.properties.systems.memo.blackbox.subject import Outcome, Turn, Turns, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.systems.memo.blackbox.subject import Window


class Shipped:
    """A scanner of one log; the path of the memo is left alone, since its memo lives in memory."""

    def __init__(self, log: Path, _memo: Path) -> None:
        """Scan the log at a path."""
        self._scanner = Scanner(log)

    def refresh(self, window: Window) -> Outcome:
        """Give the turns of a window."""
        outcome = self._scanner.turns(impl.Window(window.since, window.until, window.zone))
        if isinstance(outcome, Answer):
            return Turns(tuple(Turn(one.turn, one.thread, one.ts, one.model) for one in outcome.turns))
        return Unavailable(f"{outcome.reason}: {outcome.detail}")

    def close(self) -> None:
        """Close the scanner."""
        self._scanner.close()
