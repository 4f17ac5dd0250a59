"""The scanner for plain callers: blocking, safe from many threads."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from strandline.impl.answer import Answer, Outcome, Unavailable
from strandline.impl.codex import CODEX
from strandline.impl.effects import Effect, Pause, ReadDate, Rested, Result
from strandline.impl.files import Files, SystemFiles
from strandline.impl.host import Host, Lease
from strandline.impl.memo import Limits
from strandline.impl.refresh import start, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from strandline.impl.connection import ConnectionFactory
    from strandline.impl.projection import Projection
    from strandline.impl.window import Window

DEFAULT_LIMITS = Limits()
_SYSTEM = SystemFiles()


class Scanner:
    """Answers what a projection makes of a log, by default which turns ran on the priority tier, from a memo.

    One scanner serves one log and may be shared by any number of threads; each call is a
    refresh of its own. Close it, or use it as a context manager, to let its connections go.
    """

    def __init__(  # noqa: PLR0913 - everything that a scanner can be given
        self,
        path: Path,
        projection: Projection[Any, Any] = CODEX,
        *,
        limits: Limits = DEFAULT_LIMITS,
        files: Files = _SYSTEM,
        connect: ConnectionFactory = sqlite3.connect,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        """Scan the log at a path.

        Args:
            path: a database, for codex its ``logs_2.sqlite``; it need not exist yet.
            projection: the table, and what its rows mean.
            limits: every bound of a refresh.
            files: the file system.
            connect: makes a connection, as ``sqlite3.connect`` does.
            waiting: called before each pause for a busy log, in the thread of the refresh.
        """
        self._waiting = waiting
        self._host = Host(path, limits=limits, projection=projection, files=files, connect=connect)

    def turns(self, window: Window) -> Outcome:
        """Give the turns of a window, or why there is no answer.

        Waits no longer for a busy log than its limits allow.
        """
        lease = self._host.lease()
        sound = False
        try:
            state, effect = start(window, self._host.limits, self._host.projection)
            while True:
                following = step(state, self._perform(lease, effect))
                if isinstance(following, (Answer, Unavailable)):
                    sound = isinstance(following, Answer)
                    return following
                state, effect = following
        finally:
            lease.release(sound=sound)

    def drop(self) -> None:
        """Forget the memo; refreshes in flight still answer, but do not bring it back."""
        self._host.store.drop()

    def close(self) -> None:
        """Close the connections that are kept between refreshes."""
        self._host.close()

    def _perform(self, lease: Lease, effect: Effect) -> Result:
        match effect:
            case ReadDate(zone):
                return datetime.now(zone).date()
            case Pause(seconds):
                self._waiting()
                time.sleep(seconds)  # the wait itself is the effect
                return Rested()
            case _:
                return lease.perform(effect)

    def __enter__(self) -> Self:
        """Give the scanner itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the scanner."""
        self.close()
