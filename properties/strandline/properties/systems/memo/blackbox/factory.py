"""A scanner that somebody wrote in Python, in this process: found by name, each call in a thread of its own.

A thread cannot be ended from outside. One that hangs is left behind as a daemon, and the check ends as broken.
"""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from strandline.properties.core.named import LoadError, find, told
from strandline.properties.core.nearest import meant
from strandline.properties.systems.memo.blackbox.subject import (
    DEADLINE,
    Factory,
    Outcome,
    Scanner,
    Session,
    SubjectBrokenError,
    Turn,
    Turns,
    Unavailable,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


def load(name: str) -> Factory:
    """Find a factory by ``module:factory``; modules of the current folder count.

    Raises:
        LoadError: there is none, or its module cannot be imported.
    """
    found = find(name, "factory")
    if not callable(found):
        raise LoadError(f"{name} is not a factory: {type(found).__name__} cannot be called")
    return cast("Factory", found)


class InProcess:
    """A subject whose scanners a factory makes."""

    def __init__(self, factory: Factory, deadline: float = DEADLINE) -> None:
        """Judge what a factory makes, each of whose calls may take so many seconds."""
        self._factory = factory
        self._deadline = deadline

    def open(self, log: Path, memo: Path) -> Session:
        """Let the factory make a scanner."""
        scanner = _Call(lambda: self._factory(log, memo)).result("the factory", self._deadline)
        for name in ("refresh", "close"):
            if not callable(getattr(scanner, name, None)):
                near = [own for own in dir(scanner) if not own.startswith("_")]
                says = f"the factory gave {_named(scanner)}, which has no method {name}{meant(name, near)}"
                raise SubjectBrokenError("garbage", says)
        return _Session(scanner, self._deadline)

    def close(self) -> None:
        """Nothing is held beside the sessions."""


class _Session:
    """One scanner and the refreshes that it has under way."""

    def __init__(self, scanner: Scanner, deadline: float) -> None:
        self._scanner = scanner
        self._deadline = deadline
        self._calls: dict[int, tuple[Window, _Call[Outcome]]] = {}
        self._tickets = count(1)

    def begin(self, window: Window) -> int:
        ticket = next(self._tickets)
        self._calls[ticket] = window, _Call(lambda: self._scanner.refresh(window))
        return ticket

    def end(self, ticket: int) -> Outcome:
        window, call = self._calls.pop(ticket)
        asked = f"refresh({window.since}, {window.until}, {window.zone.key})"
        outcome = call.result(asked, self._deadline)
        wrong = _wrong(outcome)
        if wrong is not None:
            raise SubjectBrokenError("garbage", f"{asked} gave {wrong}")
        return outcome

    def close(self) -> None:
        _Call(self._scanner.close).result("close()", self._deadline)


class _Call(Generic[T]):
    """A call in a thread of its own."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._value: list[T] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="subject", daemon=True).start()

    def _run(self) -> None:
        try:
            self._value.append(self._work())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised to whoever waits
            self._error = error
        finally:
            self._done.set()

    def result(self, what: str, deadline: float) -> T:
        """Wait for what the call gives, at most so many seconds."""
        if not self._done.wait(deadline):
            raise SubjectBrokenError("hang", f"{what} did not return within {deadline:g} s, which --deadline sets")
        if self._error is not None:
            raise SubjectBrokenError("exception", f"{what} raised {told(self._error)}") from self._error
        return self._value[0]


def _wrong(outcome: object) -> str | None:
    """Say what is wrong with the type of an outcome, None if nothing is."""
    if not isinstance(outcome, Turns | Unavailable):
        return f"{_named(outcome)}, which is neither Turns nor Unavailable"
    (inside,) = tuple[object, ...](outcome)  # nobody has checked what a stranger put there
    if isinstance(outcome, Unavailable):
        return None if isinstance(inside, str) else f"a reason that is {_named(inside)} and no text"
    if not isinstance(inside, tuple):
        return f"turns in {_named(inside)}, which is no tuple"
    return next((f"{turn!r:.100}, which is no Turn" for turn in inside if not _is_turn(turn)), None)


def _is_turn(turn: object) -> bool:
    """Tell whether a turn is one, and its four parts are of their types."""
    if not isinstance(turn, Turn):
        return False
    name, thread, ts, model = tuple[object, ...](turn)
    return (
        isinstance(name, str) and isinstance(thread, str | None) and type(ts) is int and isinstance(model, str | None)
    )


def _named(value: object) -> str:
    return f"a value of type {type(value).__name__}"
