"""Child processes that run a function of a module, and end with whoever started them, whatever ends that one.

They do not hear the signals that a terminal, a shell or ``timeout`` sends to every process of a command: who asked
hears them, and ends its children. One whose parent is gone notices it by a pipe, and ends in the midst of its work.
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

from strandline.properties.exhaust.scripts import unseen
from strandline.properties.interruption import INTERRUPTED, SIGNALS, undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess

PREFIX: Final = "strandline-"
"""How the names of temporary folders begin."""


class Started:
    """A process, and the folder in which it keeps its temporary files."""

    def __init__(self, work: Callable[..., None], arguments: tuple[object, ...], name: str | None) -> None:
        """Start a process that calls a function of a module; it is to be ended, and else ends with this process."""
        context = multiprocessing.get_context("spawn")
        with undisturbed():
            self._folder = tempfile.mkdtemp(prefix=PREFIX)
            self.process: BaseProcess = context.Process(target=_work, args=(self._folder, work, arguments), name=name)
            with deaf(), unseen():
                self.process.start()
            # Before multiprocessing waits for its children at the end of this process, which this one may never see.
            self._finally = Finalize(None, self._end, exitpriority=0)

    def end(self) -> None:
        """End the process, whatever it does, and remove what it leaves."""
        self._finally()

    def _end(self) -> None:
        self.process.kill()
        self.process.join()
        shutil.rmtree(self._folder, ignore_errors=True)


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


def _work(folder: str, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Do the work of a process that was started here."""
    hear_nothing()
    tempfile.tempdir = os.environ["TMPDIR"] = folder  # of what it starts in its turn, too
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel, folder), name="parent", daemon=True).start()
    work(*arguments)


def _end_with(parent: int, folder: str) -> None:
    """Wait for the end of the parent, then end."""
    wait([parent])
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(INTERRUPTED)
