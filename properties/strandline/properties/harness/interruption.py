"""What asks a command to end: Ctrl-C, SIGTERM and SIGHUP, one like the other.

The first one raises KeyboardInterrupt in the main thread, or sets an event that the command looks at. The next one
raises it again, and the third ends the process on the spot. Signals that come together count once: ``timeout`` sends
its own twice, and a terminal that is closed is told of by the system and by the shell.

What a handler cannot do, a thread does. Python runs a handler between two instructions of the main thread, so it must
not take a lock, and a long call into C lets none run.
"""

from __future__ import annotations

import _thread
import os
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

    _Handler: TypeAlias = Callable[[int, FrameType | None], object] | signal.Handlers | int | None

INTERRUPTED: Final = 130
"""Exit code by custom: ended by Ctrl-C, and here by any of these signals."""

SIGNALS: Final = tuple(
    signal.Signals(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""The signals that are meant, as far as this system has them."""

TOGETHER: Final = 0.5
"""Seconds in which signals count as one."""

STUCK: Final = 4.0
"""Seconds after which the process ends if the main thread has not run the handler: it is in a long call into C."""

PATIENCE: Final = 3.0
"""Seconds that a command gets to end in at a good place; then it is interrupted where it is."""

_TICK: Final = 0.05
_RAISES: Final = 2


class _Hearing:
    """The handler of all signals, and the thread beside it."""

    def __init__(self) -> None:
        self.came = 0
        self.stop: threading.Event | None = None
        self.patience: float | None = None
        self._gentle = 0
        self._last = 0.0
        self._ran = False
        self._postponed = False
        self._here, self._there = socket.socketpair()
        self._there.setblocking(False)  # noqa: FBT003 - it takes no keyword

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle the signals within the block. A SIGHUP that is ignored stays so: nohup asked for it."""
        before: dict[signal.Signals, _Handler] = {number: signal.getsignal(number) for number in SIGNALS}
        if sys.platform != "win32" and before[signal.SIGHUP] is signal.SIG_IGN:
            del before[signal.SIGHUP]
        thread = threading.Thread(target=self._watch, name="signals", daemon=True)
        thread.start()
        woken = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        unraisable = sys.unraisablehook
        sys.unraisablehook = partial(self._ignored, unraisable)
        try:
            for number in before:
                signal.signal(number, self)
            if sys.platform != "win32":
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # run.py holds one back until now
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler if handler is not None else signal.SIG_DFL)
            sys.unraisablehook = unraisable
            signal.set_wakeup_fd(woken)
            self._there.close()
            thread.join()
            self._here.close()

    def __call__(self, _number: int, frame: FrameType | None) -> None:
        """Handle a signal.

        Raises:
            KeyboardInterrupt: a signal has come, and there is no event to set, or it was set by an earlier one.
        """
        self._ran, now = True, time.monotonic()
        if self.came and now - self._last < TOGETHER:
            return
        gentle = self.stop is not None and not self.came
        if not gentle and _is_no_place(frame):
            self._postponed = True
            return
        self.came, self._last, self._gentle = self.came + 1, now, self._gentle + gentle
        if gentle:
            return
        if self.came - self._gentle > _RAISES:
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt

    def _ignored(self, otherwise: Callable[[Any], object], error: Any) -> None:  # noqa: ANN401 - as sys has it
        """Raise an interrupt again that Python has ignored, as in a finalizer or a callback of the collector."""
        if not issubclass(error.exc_type, KeyboardInterrupt) or not self.came:
            otherwise(error)
            return
        self.came, self._last, self._postponed = self.came - 1, 0.0, True
        with suppress(BlockingIOError):  # the thread is awake then
            self._there.send(bytes([signal.SIGINT]))

    def _watch(self) -> None:
        """Set the event, and see to it that the main thread runs the handler."""
        began: float | None = None
        while True:
            self._here.settimeout(None if began is None else _TICK)
            with suppress(TimeoutError):
                numbers = self._here.recv(64)
                if not numbers:
                    return
                if began is None and not set(SIGNALS).isdisjoint(numbers):
                    began = time.monotonic()
            if began is not None and self._settled(time.monotonic() - began):
                began = None

    def _settled(self, waited: float) -> bool:
        """Do what is to be done so long after a signal came; tell whether that was all."""
        stop = self.stop
        if stop is not None:
            stop.set()
        if self._postponed:
            self._postponed = False
            _press()
        elif not self.came:
            if waited > STUCK and not self._ran:
                os._exit(INTERRUPTED)
        elif stop is None or self.patience is None or self.came > self._gentle:
            return True
        elif waited > self.patience:
            _press()
        return False


def _press() -> None:
    """Let the main thread run the handler once more; one that waits is woken, where the system can do that."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _is_no_place(frame: FrameType | None) -> bool:
    """Tell whether an exception would do harm: within trio, whose loop it would break, or be ignored once more."""
    while frame is not None:
        if frame.f_code is _Hearing._ignored.__code__:  # noqa: SLF001 - of this module
            return True
        if str(frame.f_globals.get("__name__")).partition(".")[0] == "trio":
            return True
        frame = frame.f_back
    return False


_hearing: Final[list[_Hearing]] = []
"""What hears the signals now: one at most."""


@contextmanager
def heard() -> Iterator[None]:
    """Let each of the signals end the block by KeyboardInterrupt; nothing changes if they do already.

    Only the main thread hears signals, so in any other one nothing changes either.
    """
    if _hearing or threading.current_thread() is not threading.main_thread():
        yield
        return
    hearing = _Hearing()
    with hearing.installed():
        _hearing.append(hearing)
        try:
            yield
        finally:
            _hearing.clear()


@contextmanager
def stopping(patience: float | None = None) -> Iterator[threading.Event]:
    """Give an event that the first of the signals sets; the next one interrupts.

    Args:
        patience: seconds after which the block is interrupted if it has not ended by then; None for no end.
    """
    stop = threading.Event()
    with heard():
        hearing = _hearing[0] if _hearing else _Hearing()
        hearing.stop, hearing.patience = stop, None if hearing.came else patience
        try:
            yield stop
        finally:
            hearing.stop = None


def reporting() -> AbstractContextManager[threading.Event]:
    """Let a report be written to its end though a signal comes meanwhile, unless that takes too long."""
    return stopping(PATIENCE)


@contextmanager
def timed(seconds: float | None) -> Iterator[Callable[[], bool]]:
    """Interrupt the block once, as a signal does, when its time is up; give what tells whether it is.

    Only the main thread is interrupted, and only where signals are heard; elsewhere whoever runs the block asks.

    Args:
        seconds: how long the block may run; None for ever.
    """
    if seconds is None:
        yield lambda: False
        return
    fired = threading.Event()
    hearing = _hearing[0] if _hearing and threading.current_thread() is threading.main_thread() else None

    def up() -> None:
        fired.set()
        if hearing is not None:
            _press()

    timer = threading.Timer(seconds, up)
    timer.daemon = True
    try:
        timer.start()  # within: a time that is up at once interrupts the wait for its start
        yield fired.is_set
    finally:
        timer.cancel()
        try:
            timer.join()
        except KeyboardInterrupt:
            if not fired.is_set():
                raise
        if fired.is_set() and hearing is not None:
            hearing.came, hearing._last = max(0, hearing.came - 1), 0.0  # noqa: SLF001 - of this module


def came() -> bool:
    """Tell whether a signal has come."""
    return any(hearing.came for hearing in _hearing)


def heed() -> None:
    """Interrupt if a signal has come: SQLite takes an exception in a callback for an error of the query.

    Raises:
        KeyboardInterrupt: one has.
    """
    if came():
        raise KeyboardInterrupt


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the signals take effect after the block and not within it.

    Between the birth of a process and the moment at which a variable holds it, an interrupt would leave it behind.
    Only the main thread is interrupted, so in any other one there is nothing to keep back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept: list[int] = []
    before = {number: signal.signal(number, lambda number, _frame: kept.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
    if kept:
        signal.raise_signal(kept[0])
