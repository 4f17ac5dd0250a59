"""Child processes that run a function of a module, and end with whoever started them, whatever ends that one.

They do not hear the signals that a terminal, a shell or ``timeout`` sends to every process of a command: who asked
hears them, and ends its children. Whoever started one holds an end of a pipe; once that is closed, by itself or with
the process that held it, the child ends in the midst of its work. It does not end in the midst of starting another,
which would find nothing of what it is to be sent, and print a traceback.

Nor do they look for modules in the working folder, which may be a stranger's: what they may import, their parent tells.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.resource_tracker import ensure_running
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.harness.interruption import INTERRUPTED, SIGNALS, undisturbed
from strandline.properties.harness.scripts import unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

PREFIX: Final = "strandline-"
"""How the names of temporary folders begin."""

GRACE: Final = 1.0
"""Seconds in which a process that is to end does so by itself; then it is killed."""

_starting: Final = threading.Lock()
"""Held while this process starts another."""

SAFE_PATH: Final = "PYTHONSAFEPATH"
"""The variable by which a Python is told not to look for modules where it is started."""


class Started:
    """A process, and the folder in which it keeps its temporary files."""

    def __init__(self, work: Callable[..., None], arguments: tuple[object, ...], name: str | None) -> None:
        """Start a process that calls a function of a module; it is to be ended, and else ends with this process."""
        context = multiprocessing.get_context("spawn")
        with undisturbed(), _starting:
            self._folder = tempfile.mkdtemp(prefix=PREFIX)
            there, self._held = context.Pipe(duplex=False)
            given = (there, self._folder, os.environ.get(SAFE_PATH), work, arguments)
            self.process: BaseProcess = context.Process(target=_work, args=given, name=name)
            with there, on_a_safe_path(), deaf(), unseen():
                self.process.start()
            # Before multiprocessing waits for its children at the end of this process, which this one may never see.
            self._finally = Finalize(None, self._end, exitpriority=0)

    def end(self) -> None:
        """End the process, whatever it does, and remove what it leaves."""
        self._finally()

    def _end(self) -> None:
        self._held.close()
        self.process.join(GRACE)
        self.process.kill()
        self.process.join()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def on_a_safe_path() -> Iterator[None]:
    """Let a Python that is started within look for no module in the working folder, not even as it begins."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        _set_safe_path(before)


def _set_safe_path(value: str | None) -> None:
    if value is None:
        os.environ.pop(SAFE_PATH, None)
    else:
        os.environ[SAFE_PATH] = value


@contextmanager
def deaf() -> Iterator[None]:
    """Let a process that is started within hear none of the signals; this one hears them after the block."""
    with undisturbed():
        if sys.platform == "win32":
            yield
            return
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            ensure_running()  # it unblocks what it has blocked itself, so it must not do so any later
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_nothing() -> None:
    """Let none of the signals do anything to this process; what it starts in its turn hears them as usual."""
    for number in SIGNALS:
        signal.signal(number, lambda _number, _frame: None)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _work(
    held: Connection, folder: str, safe_path: str | None, work: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    """Do the work of a process that was started here; what it starts in its turn is told what its parent was told."""
    hear_nothing()
    _set_safe_path(safe_path)
    tempfile.tempdir = os.environ["TMPDIR"] = folder  # of what it starts in its turn, too
    threading.Thread(target=_end_with, args=(held, folder), name="parent", daemon=True).start()
    work(*arguments)


def _end_with(held: Connection, folder: str) -> None:
    """Wait until nobody holds the other end any more, then end."""
    wait([held])
    shutil.rmtree(folder, ignore_errors=True)
    with _starting:
        os._exit(INTERRUPTED)
