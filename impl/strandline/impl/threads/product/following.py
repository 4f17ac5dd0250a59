"""Following a rollout that somebody else may write: its whole lines, as they come."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from strandline.impl.threads.calls import thread_id
from strandline.impl.threads.errors import DamagedError, GoneError, NotFoundError
from strandline.impl.threads.lines import Line, opened, parse, whole_lines
from strandline.impl.threads.lock import leads_to
from strandline.impl.threads.product.folder import rollouts_of
from strandline.impl.threads.reader import rollout_path

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

LAST: Final = 10
"""Lines that are shown of those that are there, unless a first one is asked for."""
EVERY: Final = 0.2
"""Seconds between two looks at the file."""


def follow(
    folder: Path,
    thread: str,
    *,
    first: int | None,
    seconds: float | None,
    wait: Callable[[float], None] = time.sleep,
) -> Generator[tuple[bytes, Line], None, None]:
    """Give the lines of a rollout, and then those that are appended; no lock is taken.

    Args:
        folder: that of the store.
        thread: whose rollout.
        first: the ordinal to begin with; None for the last ``LAST`` lines.
        seconds: for how long; None for ever, or until the thread is discarded.
        wait: waits for so many seconds.

    Raises:
        NotFoundError: there is no such thread.
        DamagedError: a line cannot be read.
        GoneError: the rollout was removed, replaced, or cut back to before a line that was given.
    """
    path = rollout_path(rollouts_of(folder), thread_id(thread))
    try:
        descriptor = opened(path)
    except FileNotFoundError:
        raise NotFoundError(f"there is no thread {thread} in {folder}: list them") from None
    try:
        yield from _follow(descriptor, path, first, None if seconds is None else time.monotonic() + seconds, wait)
    finally:
        os.close(descriptor)


def _follow(
    descriptor: int, path: Path, first: int | None, end: float | None, wait: Callable[[float], None]
) -> Iterator[tuple[bytes, Line]]:
    opened = os.fstat(descriptor)
    place, begun = 0, False
    last: deque[tuple[bytes, Line]] = deque(maxlen=LAST)
    while True:
        for raw in whole_lines(descriptor, start=place):
            if not raw.endswith(b"\n"):
                break  # the rest of it is yet to come
            place += len(raw)
            line = parse(raw)
            if isinstance(line, str):
                raise DamagedError(f"{path}: the line before byte {place}: {line}")
            if begun or first is not None:
                if first is None or line.ordinal >= first:
                    yield raw, line
            else:
                last.append((raw, line))
        if not begun:
            begun = True
            yield from last
        if os.fstat(descriptor).st_size < place or not leads_to(path, opened):
            raise GoneError(f"{path}: the rollout was removed, replaced or cut back; follow it anew")
        if end is not None and time.monotonic() >= end:
            return
        wait(EVERY if end is None else max(0.0, min(EVERY, end - time.monotonic())))
