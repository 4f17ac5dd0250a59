"""When a memo is read from the disk and when it is saved: what one scanner does with the file of memos.

The order in which a thing is done is all that makes it safe, since no observation is shared between processes:

- what is stored is looked at **before** a snapshot is taken. Whatever is stored then rests on an older snapshot, so a
  memo that is made of the new one may replace it, and replaces nothing else: the save compares the mark that was seen.
- what is stored by another process is never taken for the memo. It is what a read goes on from, and that read holds it
  against the log, as any other base.
- an epoch that has changed is a drop by force, in this process or in another one.
"""

from __future__ import annotations

import os
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.memo.encoding import Codec, Damaged
from strandline.impl.memo.memo import Place
from strandline.impl.memo.parts import Written, cut, divided
from strandline.impl.memo.shelf import Shelf, ShelfError
from strandline.impl.memo.shelved import Key, Mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.impl.memo.encoding import Head
    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.projection import Projection

EVERY: Final = 5.0
"""Seconds between two saves, at least; the last one is made when the scanner is closed."""


class Stored(NamedTuple):
    """What is stored under the mark that was seen: its head, read and as it is written, and its parts."""

    head: Head | None = None
    said: bytes | None = None
    parts: tuple[Written, ...] = ()


class Known(NamedTuple):
    """What a process knows of the file: the mark that it saw last, what is stored under it, and a base read of that.

    The base is there until what was read from it is saved.
    """

    seen: Mark | None = None
    stored: Stored = Stored()
    base: Memo | None = None


class Looked(NamedTuple):
    """What was found before a snapshot was taken: the mark, None if nothing can be saved beside it, and a base."""

    mark: Mark | None
    base: Memo | None


class Persistence(NamedTuple):
    """What became of keeping the memo: why what was stored is not used, why it is not saved; None if all is well.

    ``loaded`` tells that a memo was read from the file, ``saves`` counts the saves, ``lost`` those that another process
    was ahead of.
    """

    ignored: str | None = None
    unsaved: str | None = None
    loaded: bool = False
    saves: int = 0
    lost: int = 0


class Keeper:
    """Keeps the memo of one log in a file that may be shared by any number of processes; safe from any thread."""

    def __init__(  # noqa: PLR0913 - everything that a keeper can be given
        self,
        log: Path,
        projection: Projection[Any, Any],
        shelf: Shelf,
        *,
        every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
        known: Known = Known(),  # noqa: B008 - a frozen value
    ) -> None:
        """Keep the memo of the log at a path.

        Args:
            log: the path of the log.
            projection: what its rows mean; it must tell the type of what its parser gives.
            shelf: the file.
            every: seconds between two saves, at least.
            clock: tells the seconds.
            known: what is known of the file already.

        Raises:
            ValueError: the projection does not tell that type.
        """
        self._codec = Codec(projection)
        self._key = Key(os.fsencode(log.absolute()), self._codec.rules)
        self._shelf = shelf
        self._every = every
        self._clock = clock
        self._lock = Lock()
        self._offering = Lock()  # held for a moment only, so that who may not wait can offer
        self._known = known
        self._pending: tuple[Memo, Mark] | None = None
        self._saved = clock() - every
        self._off = False
        self._persistence = Persistence()

    @property
    def persistence(self) -> Persistence:
        """What became of keeping the memo so far."""
        with self._lock:
            return self._persistence

    @property
    def known(self) -> Known:
        """What is known of the file."""
        with self._lock:
            return self._known

    @property
    def is_due(self) -> bool:
        """Whether a memo was offered, and the last save is long enough ago."""
        return self._pending is not None and self._clock() - self._saved >= self._every

    def look(self, memo: Memo | None, epoch: int, drop: Callable[[], int]) -> Looked:
        """Look at what is stored, before a snapshot is taken.

        Args:
            memo: the memo that this process has.
            epoch: the epoch that a memo gets which is read now.
            drop: forgets the memo of this process, and gives the epoch after that; called if another one dropped it by
                force, or the file is another.
        """
        with self._lock:
            if self._off:
                return Looked(None, None)
            before = self._known.seen
            try:
                mark = self._shelf.mark(self._key)
                if before != mark:
                    self._forget()
                    self._known = Known(mark)
                    if before is not None and (before.epoch != mark.epoch or before.file not in {0, mark.file}):
                        memo, epoch = None, drop()
                    self._load(memo, epoch, mark)
            except ShelfError as error:
                self._known = Known(before)  # the next look tries again what failed
                self._forget()
                self._persistence = self._persistence._replace(ignored=str(error))
                if error.reason != "damaged":
                    return Looked(None, None)
                self._known = Known(Mark())  # the next save replaces the file
                return Looked(self._known.seen, None)
            base = self._known.base
            if base is not None and memo is not None and base.place == memo.place and base.coverage >= memo.coverage:
                base = None  # what was read from it has taken its place
            return Looked(mark, base)

    def offer(self, memo: Memo, mark: Mark | None) -> None:
        """Take a memo that was put into the store of this process, to be saved; ``mark`` was looked at before.

        Two threads may come in another order than they stored in; the newer memo is kept.
        """
        with self._offering:
            newer = self._pending is None or memo.observation >= self._pending[0].observation
            if mark is not None and newer:
                self._pending = memo, mark

    def save(self, *, now: bool = False) -> bool:
        """Save the memo that was offered last, if it is time to or if it must be now.

        Returns:
            False if another process saved meanwhile, or has a wider memo: one more refresh makes a memo that may be
            saved.
        """
        with self._lock:
            if self._off or not (now or self.is_due):
                return True
            with self._offering:
                pending, self._pending = self._pending, None
            if pending is None:
                return True
            memo, mark = pending
            self._saved = self._clock()
            try:
                stored = self._put(memo, mark)
            except ShelfError as error:
                self._persistence = self._persistence._replace(unsaved=str(error))
                return True
            except UnicodeEncodeError:  # a lone surrogate, which JSON can spell
                self._persistence = self._persistence._replace(unsaved="a source holds a text that cannot be written")
                return True
            self._persistence = self._persistence._replace(lost=self._persistence.lost + (not stored))
            return stored

    def refuse(self, why: str) -> None:
        """Take what is stored for the memo of another history; it is not gone on from."""
        with self._lock:
            self._known = self._known._replace(base=None)
            self._persistence = self._persistence._replace(ignored=why)

    def drop(self) -> None:
        """Forget what is stored, by force, in every process.

        Raises:
            ShelfError: it cannot be forgotten, so other processes may go on from it; this one keeps nothing any more.
        """
        with self._lock:
            self._forget()
            self._off = True
            try:
                self._known = Known(self._shelf.drop(self._key))
            except ShelfError as error:
                if error.reason != "damaged":
                    raise
                self._shelf.replace()
                self._known = Known(Mark())
            self._off = False

    def close(self) -> None:
        """Let the file go; what was not saved is not saved."""
        with self._lock:
            self._off = True
            self._shelf.close()

    def _forget(self) -> None:
        self._known = Known(self._known.seen)
        with self._offering:
            self._pending = None

    def _load(self, memo: Memo | None, epoch: int, mark: Mark) -> None:
        """Read what is stored under a mark, if it can be of use beside the memo that this process has."""
        try:
            stored = self._shelf.load(self._key, mark)
            if stored is None:
                return
            head = self._codec.read_head(stored)
            written, base = tuple(Written(part, None) for part in head.parts), None
            if memo is None or Place(*head.place) != memo.place or head.coverage < memo.coverage:
                said = self._shelf.parts(self._key, mark, head.parts)
                base = self._codec.read_memo(head, said, epoch)
                written = divided(head.parts, base.sources)
                self._persistence = self._persistence._replace(loaded=True)
            self._known = Known(mark, Stored(head, stored, written), base)
        except (Damaged, ShelfError) as error:
            if isinstance(error, ShelfError) and error.reason != "damaged":
                raise
            self._persistence = self._persistence._replace(ignored=f"damaged: {error}")

    def _put(self, memo: Memo, mark: Mark) -> bool:
        """Save a memo beside a mark; false if it is not the time for this one."""
        known = self._known.stored
        head = known.head
        if head is not None and Place(*head.place) == memo.place and head.coverage < memo.coverage:
            return False
        done = cut(self._codec, memo.sources, known.parts)
        said = self._codec.head(memo, (one.part for one in done.written))
        if said == known.said:
            return True
        try:
            after = self._shelf.save(self._key, mark, said, done.fresh, done.gone if head is not None else None)
        except ShelfError as error:
            if error.reason != "damaged":
                raise
            self._shelf.replace()
            done = cut(self._codec, memo.sources, ())
            said = self._codec.head(memo, (one.part for one in done.written))
            after = self._shelf.save(self._key, Mark(), said, done.fresh, None)
        if after is None:
            return False
        self._known = Known(after, Stored(self._codec.read_head(said), said, done.written))
        self._persistence = self._persistence._replace(saves=self._persistence.saves + 1, unsaved=None)
        return True


def keeper_of(log: Path, projection: Projection[Any, Any], memo: Path | Shelf | None) -> Keeper | None:
    """Keep the memo of a log in a file; None keeps it nowhere.

    Raises:
        ValueError: the projection does not tell the type of what its parser gives.
    """
    if memo is None:
        return None
    return Keeper(log, projection, memo if isinstance(memo, Shelf) else Shelf(memo))
