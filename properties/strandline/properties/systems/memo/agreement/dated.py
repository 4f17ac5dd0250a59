"""The blocking scanner with a calendar of its own: what day is today is told, not asked of a clock."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.effects import Pause, ReadDate, Rested
from strandline.impl.memo.host import Host
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.refresh import start, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.connection import ConnectionFactory
    from strandline.impl.memo.effects import Effect, Result
    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.window import Window

GATES_MAX: Final = 100_000
"""More gates than any refresh passes that ends; a chunk of a long scan is one."""

IMPATIENT: Final = Limits(waits=0, pause=0)
"""The shipped limits, but for a busy log there is no waiting: nobody else writes."""


class DatedScanner:
    """Runs the scanner's own core and host, and gives each refresh the date that its caller names."""

    def __init__(self, path: Path, limits: Limits = IMPATIENT, connect: ConnectionFactory = sqlite3.connect) -> None:
        """Scan the log at a path, by connections of this make."""
        self._host = Host(path, limits=limits, connect=connect)

    @property
    def memo(self) -> Memo | None:
        """The memo that is stored."""
        return self._host.store.slot.memo

    def turns(self, window: Window, today: date, at: Callable[[Effect], None] = lambda _effect: None) -> Outcome:
        """Refresh once.

        Args:
            window: what is asked for.
            today: the local day in the zone of the window.
            at: called before each gate with the effect that waits there, so that the world can move.

        Raises:
            RuntimeError: the refresh passes more gates than any can.
        """
        lease = self._host.lease()
        sound = False
        try:
            state, effect = start(window, self._host.limits)
            for _ in range(GATES_MAX):
                at(effect)
                result: Result
                match effect:
                    case ReadDate():
                        result = today
                    case Pause():
                        result = Rested()
                    case _:
                        result = lease.perform(effect)
                following = step(state, result)
                if isinstance(following, (Answer, Unavailable)):
                    sound = isinstance(following, Answer)
                    return following
                state, effect = following
            raise RuntimeError(f"the refresh has not ended after {GATES_MAX} gates")
        finally:
            lease.release(sound=sound)

    def __enter__(self) -> Self:
        """Give the scanner itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections that are kept."""
        with closing(self._host):
            pass
