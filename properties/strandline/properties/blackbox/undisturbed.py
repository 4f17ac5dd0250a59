"""Ctrl-C and SIGTERM around processes that were started: never lost, never so soon that nobody owns the process yet."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_Handler: TypeAlias = "Callable[[int, FrameType | None], object] | signal.Handlers"

_DEFAULTS: Final[dict[signal.Signals, _Handler]] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
"""What asks a program to end, and what each does to one that says nothing about it."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM take effect after the block and not within it.

    Between the birth of a process and the moment at which a variable holds it, an interrupt would leave it behind.
    Only the main thread is interrupted, so in any other one there is nothing to keep back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept: list[int] = []
    before = {number: signal.signal(number, lambda number, _frame: kept.append(number)) for number in _DEFAULTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else _DEFAULTS[number])
    if kept:
        signal.raise_signal(kept[0])


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does.

    By itself it ends the program on the spot, and what the program started stays: a check that runs out of its time in
    CI would leave a scanner behind that hangs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
