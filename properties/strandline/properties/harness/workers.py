"""Some processes that do jobs side by side, each one job after the other.

They do not hear what asks a command to end: who asked them hears it, and ends them at once.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections import deque
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from strandline.properties.harness.processes import Started

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from multiprocessing.connection import Connection

T = TypeVar("T")

WORKERS_MAX: Final = 2
"""Processes that work side by side at most."""


class WorkerLostError(RuntimeError):
    """A process ended in the midst of its job."""


class _Said(NamedTuple):
    """Something that a job says on its way."""

    what: Any


class _Done(NamedTuple):
    """What a job gave."""

    given: Any


class _Raised(NamedTuple):
    """What a job raised."""

    error: BaseException


def at_once() -> int:
    """Tell how many jobs are done side by side on this machine."""
    return min(WORKERS_MAX, os.cpu_count() or 1)


def side_by_side(
    job: Callable[..., T], asked: Iterable[tuple[Any, ...]], say: Callable[[Any], None], workers: int = 0
) -> Generator[tuple[tuple[Any, ...], T], None, None]:
    """Do a job with each of some arguments, and give each with what came of it as it ends.

    Args:
        job: a function of a module; its last argument is a function that takes what it says on its way.
        asked: the arguments before that one. They begin in this order, so the longest had better come first.
        say: takes what they say.
        workers: how many processes; 0 means as many as there are processors, up to :data:`WORKERS_MAX`.

    Returns:
        A generator; to close it ends the processes.

    Raises:
        WorkerLostError: a process ended in the midst of its job.
        Exception: whatever a job raises; the others are ended.
    """
    waiting = deque(asked)
    with ExitStack() as stack:
        count = min(len(waiting), workers or at_once())
        doing: dict[Connection, tuple[Any, ...]] = {}
        for idle in [stack.enter_context(_started()) for _ in range(count)]:
            _give(idle, job, waiting, doing)
        while doing:
            for way in wait(list(doing)):
                told = _heard(way, doing)  # type: ignore[arg-type] # one of those that were waited for
                if isinstance(told, _Said):
                    say(told.what)
                    continue
                arguments = doing.pop(way)  # type: ignore[call-overload] # as above
                if isinstance(told, _Raised):
                    raise told.error
                _give(way, job, waiting, doing)  # type: ignore[arg-type] # as above
                yield arguments, told.given


def _give(
    way: Connection, job: Callable[..., Any], waiting: deque[tuple[Any, ...]], doing: dict[Connection, tuple[Any, ...]]
) -> None:
    """Give a process its next job, if there is one left."""
    if waiting:
        doing[way] = waiting.popleft()
        way.send((job, doing[way]))


def _heard(way: Connection, doing: dict[Connection, tuple[Any, ...]]) -> _Said | _Done | _Raised:
    try:
        told: _Said | _Done | _Raised = way.recv()
    except (EOFError, OSError):
        raise WorkerLostError(f"the process that worked on {doing[way]} ended without an answer") from None
    return told


@contextmanager
def _started() -> Iterator[Connection]:
    """Start a process and give the way to it; it ends with the block, whatever it does then."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    with closing(here):
        started = Started(_work, (there,), None)
        try:
            there.close()
            yield here
        finally:
            started.end()


def _work(way: Connection) -> None:
    """Do jobs until nobody gives one any more, or hears what came of it."""
    with suppress(EOFError, OSError):
        while True:
            job, arguments = way.recv()
            way.send(_told(job, arguments, lambda what: way.send(_Said(what))))


def _told(job: Callable[..., Any], arguments: tuple[Any, ...], say: Callable[[Any], None]) -> _Done | _Raised:
    try:
        done = _Done(job(*arguments, say))
        pickle.dumps(done)
    except BaseException as error:  # noqa: BLE001 - whatever a job raises is told to who gave it
        return _Raised(_sendable(error))
    return done


def _sendable(error: BaseException) -> BaseException:
    """Give an error that another process can read: itself, or its words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - written in this line
    except Exception:  # noqa: BLE001 - an error with arguments of its own may fail in any way
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
