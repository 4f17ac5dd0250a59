"""A rollout: one file of whole JSON lines, the only truth about a thread, with one writer at a time."""

from __future__ import annotations

import errno
import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.threads.errors import (
    ClosedError,
    DamagedError,
    ExistsError,
    GoneError,
    NotFoundError,
    ThreadError,
    WriteError,
)
from strandline.impl.threads.fold import HEADER
from strandline.impl.threads.generation import Generation, before_the_first_line
from strandline.impl.threads.lines import DIGEST, Encoded, Item, Scan, Torn, encode, now, opened, scan
from strandline.impl.threads.lock import leads_to, lock
from strandline.impl.threads.patch import EMPTY, Patch, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

TRIES: Final = 8
"""How often a file is opened anew whose path leads elsewhere by the time that its lock is held."""
_FLAGS: Final = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Written:
    """Lines are durable: through which generation, and what they set."""

    generation: Generation
    patch: Patch


class Rollout:
    """A rollout that this process writes; its lock is held until it is closed.

    Not for several threads at once: whoever appends takes turns (the append section of the core).
    """

    def __init__(self, path: Path, descriptor: int, thread: str, *, sync: bool, facts: Mapping[str, Any]) -> None:
        """Hold an open file whose lock is taken; use ``create`` or ``resume``."""
        self.path = path
        self.thread = thread
        self.torn: Torn | None = None
        """What was behind the last whole line when it was resumed; the next append removes it."""
        self.found: Scan | None = None
        """What was read when it was resumed."""
        self.tail = before_the_first_line(uuid.uuid4().hex)
        """Its last whole line."""
        self.last: Written | None = None
        """The last append that succeeded."""
        self.sync = sync
        """Whether each append waits for the disk."""
        self._descriptor: int | None = descriptor
        self._file = os.fstat(descriptor)
        self._name = str(path)
        self._facts = dict(facts)
        self._digest = blake2b(digest_size=DIGEST)
        self._clean = True

    @classmethod
    def create(cls, path: Path, thread: str, *, sync: bool = False, facts: Mapping[str, Any] | None = None) -> Rollout:
        """Make an empty rollout; its first line comes with the first append.

        Args:
            path: where; nothing may be there.
            thread: the id of its thread.
            sync: whether each append waits for the disk.
            facts: what the first line tells besides.

        Raises:
            ExistsError: something is there.
            HeldError: another writer was faster.
            WriteError: the file cannot be made.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
        except FileExistsError:
            raise ExistsError(f"{path}: there is a rollout already; resume it") from None
        except OSError as error:
            advice = _advice(error, "nothing was done")
            raise WriteError(f"{path}: cannot make the rollout: {error.strerror}; {advice}") from error
        try:
            _locked(descriptor, path)
            if sync:
                _sync_folder(path.parent)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor, thread, sync=sync, facts=facts or {})

    @classmethod
    def resume(
        cls, path: Path, thread: str, *, sync: bool = False, mark: Callable[[], Generation | None] = lambda: None
    ) -> Rollout:
        """Open a rollout to append to it, and read it.

        Args:
            path: where it is.
            thread: the id of its thread.
            sync: whether each append waits for the disk.
            mark: gives a generation once the lock is held; ``found.matched`` tells whether the rollout
                begins with its history.

        Raises:
            NotFoundError: nothing is there.
            HeldError: another writer has it; its process is named where the system tells.
            DamagedError: it cannot be read, or is another thread's.
            WriteError: it cannot be opened for writing.
        """
        descriptor = _opened(path)
        try:
            rollout = cls(path, descriptor, thread, sync=sync, facts={})
            found = scan(descriptor, path, mark=mark(), digest=rollout._digest)
            if found.thread not in {None, thread}:
                message = f"{path}: it is the rollout of thread {found.thread}, not of {thread}"
                raise DamagedError(message)  # noqa: TRY301 - the descriptor is closed as for any other error
            rollout.found, rollout.torn, rollout._clean = found, found.torn, found.torn is None
            rollout.tail = rollout.tail if found.generation is None else found.generation
        except BaseException:
            os.close(descriptor)
            raise
        return rollout

    def append(self, items: tuple[Encoded, ...], clock: Callable[[], int] = now) -> Written:
        """Append lines: all of them are durable when this returns, and none if it raises.

        Args:
            items: what to append; the first line of the rollout goes before them if it is missing,
                and is of the time of the first of them.
            clock: gives the time of that line if there are no items.

        Raises:
            GoneError: the path no longer leads to this rollout.
            WriteError: it cannot be written; what was written of it is taken back before the next append.
            ClosedError: it is closed.
        """
        descriptor = self._open()
        try:
            there = leads_to(self._name, self._file)
        except OSError as error:
            raise WriteError(f"{self.path}: cannot look for the rollout: {error.strerror}; nothing was done") from error
        if not there:
            raise GoneError(f"{self.path}: the rollout was removed or replaced; discard this thread or put it back")
        if self.tail.ordinal == 0:
            header = Item(HEADER, {"id": self.thread, "rollout": self.tail.rollout, **self._facts})
            items = (*encode((header,), (lambda: items[0].at) if items else clock), *items)
        data = b"".join([item.line(self.tail.ordinal + place) for place, item in enumerate(items, 1)])
        digest = self._digest.copy()
        digest.update(data)
        patch = EMPTY
        for item in items:
            patch = merge(patch, item.patch)
        offset = self.tail.offset + len(data)
        tail = Generation(self.tail.rollout, self.tail.ordinal + len(items), offset, digest.hexdigest())
        self._write(descriptor, data)
        # Until the last of these, a Ctrl-C leaves a rollout that is cut back to its tail by the next append.
        self.last = Written(tail, patch)
        self._digest, self.tail = digest, tail
        self._clean = True
        return self.last

    def refold(self, through: Generation) -> Scan:
        """Read again what the lines through a generation set, while others are appended."""
        try:
            descriptor = opened(self.path)
        except FileNotFoundError:
            raise GoneError(f"{self.path}: the rollout was removed") from None
        try:
            if not os.path.samestat(os.fstat(descriptor), self._file):
                raise GoneError(f"{self.path}: the rollout was replaced")
            found = scan(descriptor, self.path, mark=through, through=through.offset)
        finally:
            os.close(descriptor)
        if not found.matched:
            raise GoneError(f"{self.path}: the rollout was replaced or rewritten under its writer")
        return found

    def mend(self) -> None:
        """Remove what is behind the last whole line, as the next append would.

        Raises:
            WriteError: it cannot be removed; it is no part of the rollout all the same.
        """
        self._write(self._open(), b"")

    def remove(self) -> None:
        """Remove the file; the lock stays until it is closed, so that nobody takes it for a living one.

        Raises:
            WriteError: it cannot be removed.
        """
        self._open()
        try:
            if leads_to(self.path, self._file):
                self.path.unlink()
                if self.sync:
                    _sync_folder(self.path.parent)
        except OSError as error:
            raise WriteError(f"{self.path}: cannot remove the rollout: {error.strerror}; it is as it was") from error

    def close(self) -> None:
        """Release the lock and the file; one that was made and never written to is removed first."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        with suppress(OSError):
            if self.found is None and self.tail.ordinal == 0 and leads_to(self.path, self._file):
                self.path.unlink()
        with suppress(OSError):  # what it says of a write came from write or fsync already
            os.close(descriptor)

    def _open(self) -> int:
        if self._descriptor is None:
            raise ClosedError(f"{self.path}: this rollout is closed; resume its thread")
        return self._descriptor

    def _write(self, descriptor: int, data: bytes) -> None:
        try:
            if not self._clean:
                os.ftruncate(descriptor, self.tail.offset)
                self._clean = True
            os.lseek(descriptor, self.tail.offset, os.SEEK_SET)
            self._clean = False
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            if self.sync:
                os.fsync(descriptor)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(descriptor, self.tail.offset)
                self._clean = True
            raise WriteError(f"{self.path}: cannot write: {error.strerror}; none of these lines is in it") from error

    def __enter__(self) -> Self:
        """Give the rollout itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _opened(path: Path) -> int:
    """Open a rollout and take its lock, again if the path led elsewhere by the time that the lock was held."""
    for _ in range(TRIES):
        try:
            descriptor = opened(path, os.O_RDWR)
        except FileNotFoundError:
            raise NotFoundError(f"{path}: there is no rollout; create the thread") from None
        except OSError as error:
            advice = _advice(error, "read it instead")
            raise WriteError(f"{path}: cannot open the rollout to write: {error.strerror}; {advice}") from error
        try:
            if lock(descriptor, path):
                return descriptor
        except OSError as error:
            os.close(descriptor)
            raise WriteError(f"{path}: cannot lock the rollout: {error.strerror}") from error
        except ThreadError:
            os.close(descriptor)
            raise
        os.close(descriptor)
    raise NotFoundError(f"{path}: the rollout was replaced again and again while it was opened; try again")


def _advice(error: OSError, usual: str) -> str:
    """Say what to do; each live thread holds a file open, so a process can have too many."""
    many = error.errno in {errno.EMFILE, errno.ENFILE}
    return "raise the limit of open files, or shut threads down" if many else usual


def _locked(descriptor: int, path: Path) -> None:
    try:
        if not lock(descriptor, path):
            raise ExistsError(f"{path}: another process replaced the rollout while it was made; resume it")
    except OSError as error:
        raise WriteError(f"{path}: cannot lock the rollout: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    """Make the entry of a file durable, where a folder can be opened."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows has no such thing
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
