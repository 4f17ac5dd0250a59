"""Measures in a process of its own: its peak of memory is its own, nothing is warm, and it ends when its asker does."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any, TypeVar

from strandline.properties.harness.processes import Started

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
    here, there = multiprocessing.get_context("spawn").Pipe(duplex=False)
    started = Started(_measured, (there, measure, arguments, named), None)
    try:
        there.close()
        done, result = here.recv()
    except EOFError:
        started.process.join()
        raise UnmeasuredError(f"the process of a measurement ended with {started.process.exitcode}") from None
    finally:
        started.end()
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
    try:
        way.send((True, measure(*arguments, **named)))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to whoever waits
        way.send((False, f"{type(error).__name__}: {error}"))
