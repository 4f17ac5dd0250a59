"""Ctrl-C, kept back for as long as something has been started that nobody owns yet."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C take effect after the block and not within it.

    Between the birth of a process and the moment at which a variable holds it, an interrupt would leave it behind.
    Only the main thread is interrupted, so in any other one there is nothing to keep back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: kept.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)
    if kept:
        signal.raise_signal(signal.SIGINT)
