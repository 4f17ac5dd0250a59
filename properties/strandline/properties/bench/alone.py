"""Measures in a process of its own: its peak of memory is its own, nothing is warm, and it ends when its asker does."""

from __future__ import annotations

import multiprocessing
import signal
from typing import TYPE_CHECKING, Any, TypeVar

from strandline.properties.exhaust.fresh import deaf

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")


class UnmeasuredError(Exception):
    """The process of a measurement gave no result; one line says why."""


def alone(measure: Callable[..., T], *arguments: object, **named: object) -> T:
    """Call a function of a module in a process of its own.

    Raises:
        UnmeasuredError: it raised, or its process ended without a result.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(there, measure, arguments, named))
    with deaf():
        process.start()
    there.close()
    try:
        done, result = here.recv()
    except EOFError:
        process.join()
        raise UnmeasuredError(f"the process of a measurement ended with {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
        here.close()
    if not done:
        raise UnmeasuredError(result)
    value: T = result
    return value


def _measured(
    way: Connection,
    measure: Callable[..., Any],
    arguments: tuple[object, ...],
    named: dict[str, object],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        way.send((True, measure(*arguments, **named)))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to whoever waits
        way.send((False, f"{type(error).__name__}: {error}"))
