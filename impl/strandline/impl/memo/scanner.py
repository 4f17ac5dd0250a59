"""The scanner for plain callers: blocking, safe from many threads."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from strandline.impl.memo.answer import Answer, Outcome, Unavailable
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.effects import Effect, Pause, ReadDate, Rested, Result
from strandline.impl.memo.files import Files, SystemFiles
from strandline.impl.memo.host import Host, Lease
from strandline.impl.memo.keeper import keeper_of
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.refresh import start, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from strandline.impl.memo.connection import ConnectionFactory
    from strandline.impl.memo.keeper import Persistence
    from strandline.impl.memo.projection import Projection
    from strandline.impl.memo.shelf import Shelf
    from strandline.impl.memo.window import Window

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
        memo: Path | Shelf | None = None,
    ) -> None:
        """Scan the log at a path.

        Args:
            path: a database, for codex its ``logs_2.sqlite``; it need not exist yet.
            projection: the table, and what its rows mean.
            limits: every bound of a refresh.
            files: the file system.
            connect: makes a connection, as ``sqlite3.connect`` does.
            waiting: called before each pause for a busy log, in the thread of the refresh.
            memo: the file that the memo is kept in, for other processes and later ones; None keeps it in this one.

        Raises:
            ValueError: a memo is to be kept that cannot be: the projection names no type for what it says.
        """
        self._waiting = waiting
        keeper = keeper_of(path, projection, memo)
        self._host = Host(path, limits=limits, projection=projection, files=files, connect=connect, keeper=keeper)
        self._asked: Window | None = None

    @property
    def persistence(self) -> Persistence | None:
        """What became of keeping the memo in a file; None if it is not to be kept."""
        return None if self._host.keeper is None else self._host.keeper.persistence

    def turns(self, window: Window) -> Outcome:
        """Give the turns of a window, or why there is no answer.

        Waits no longer for a busy log than its limits allow.
        """
        outcome = self._refresh(window)
        self._asked = window
        self._host.save()
        return outcome

    def _refresh(self, window: Window) -> Outcome:
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
        """Forget the memo, in every process that keeps it in the same file; no refresh in flight brings it back.

        Raises:
            ShelfError: the file cannot be written, so that other processes may still use it.
        """
        self._host.drop()

    def close(self) -> None:
        """Save the memo, if it is kept in a file, and close the connections that are kept between refreshes.

        If another process saved meanwhile, the log is read once more from there on: nobody knows which of the two
        memos is newer, but what is made of a new snapshot is newer than both.
        """
        for _ in range(self._host.limits.swaps):
            if self._host.save(now=True) or self._asked is None:
                break
            self._refresh(self._asked)
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
