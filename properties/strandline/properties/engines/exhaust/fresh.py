"""A process that shares nothing with this one and hashes strings differently, to put questions to."""

from __future__ import annotations

import multiprocessing
import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.named import told
from strandline.properties.harness import scripts
from strandline.properties.harness.processes import Started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

PATIENCE: Final = 120
"""Seconds that an answer of a fresh process is waited for."""

OTHER_HASHES: Final = ("1", "2")
"""Seeds by which the fresh process may hash strings: it takes the first that is not this one's."""


_serving = threading.Event()
"""Set in the fresh process."""


class _Fresh(NamedTuple):
    """The process, and the way to it."""

    started: Started
    way: Connection


_idle: Final[list[_Fresh]] = []
"""Those that wait for a call. As a rule there is one; threads that search at the same time have one each."""


def get_ready(*, soon: bool = True) -> None:
    """Start the process, which takes a while to import what it needs; if it may not be asked soon, it starts then.

    Raises:
        SearchedHere: this is that process, and runs a script once more that has come to its search.
    """
    if _serving.is_set():
        raise scripts.SearchedHere
    if soon and not _idle:
        _idle.append(_started())


@contextmanager
def asked(world: str, sent: bytes) -> Iterator[Callable[[], str]]:
    """Send a call to the fresh process, which works on it while this one does something else.

    Args:
        world: whose call it is, for the message.
        sent: a function of a module with its arguments, pickled together; it gives a line, empty if all is well.

    Yields:
        What waits for that line, and gives it, or one that says why there is none; it raises MemoryError if that
        process did. A process serves one call at a time.
        One that ended, or still works when nobody waits for it any more, is not asked again: its answer would be taken
        for that to the next call.
    """
    try:
        fresh = _idle.pop()
    except IndexError:
        fresh = _started()
    idle = False

    def answer() -> str:
        nonlocal idle
        try:
            if fresh.way.poll(PATIENCE):
                line: str | MemoryError = fresh.way.recv()
                idle = True
                if isinstance(line, MemoryError):
                    raise line
                return line
            lost = f"gave no answer in {PATIENCE} s"
        except (EOFError, OSError):
            lost = "that process ended without an answer"
        return f"world {world!r} was asked in a fresh process, and {lost}"

    try:
        with suppress(OSError):  # that it has ended is told to whoever waits for its answer
            fresh.way.send((_folder(), sent))
        yield answer
    finally:
        if idle:
            _idle.append(fresh)
        else:
            fresh.started.end()
            fresh.way.close()


def _folder() -> str:
    """Give the working folder, empty if it was deleted."""
    try:
        return os.getcwd()  # noqa: PTH109 - a text is sent
    except OSError:
        return ""


def _started() -> _Fresh:
    """Start a process; it serves one search after the other, and ends when this process does."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    seed = os.environ.get("PYTHONHASHSEED")
    os.environ["PYTHONHASHSEED"] = next(other for other in OTHER_HASHES if other != seed)
    try:
        started = Started(_serve, (there, scripts.here()), "fresh")
    finally:
        if seed is None:
            del os.environ["PYTHONHASHSEED"]
        else:
            os.environ["PYTHONHASHSEED"] = seed
    there.close()
    return _Fresh(started, here)


def _serve(way: Connection, script: scripts.Script) -> None:
    """Answer until nobody asks any more; this process holds no end of the pipe that would keep it open."""
    _serving.set()
    while True:
        try:
            folder, sent = way.recv()
        except EOFError:
            return
        with suppress(OSError):  # what is raised names files as they are seen from there
            os.chdir(folder)
        way.send(_answered(sent, script))


def _answered(sent: bytes, script: scripts.Script) -> str | MemoryError:
    try:
        function, *arguments = scripts.Unpickler(sent, script).load()  # sent by the process that started this one
        line: str = function(*arguments)
    except MemoryError as error:
        return MemoryError(*error.args)
    except Exception as error:  # noqa: BLE001 - a module that is not found, a comparison that raises: it is told
        return f"the world cannot be asked in a fresh process: {told(error)}"
    return line
