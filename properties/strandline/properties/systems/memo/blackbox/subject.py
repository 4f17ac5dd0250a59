"""Somebody else's scanner, as the checker reaches it: open, refresh, close, and nothing else.

A refresh is a call in two halves, so that the world can move while it is under way and others overlap it. What it ends
in is typed: turns, or unavailable. Everything else that a subject may do is broken, and each way to be broken has a
name, so that a scanner that hangs is never taken for one that lies.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, TypeAlias

from strandline.properties.core.verdict import SubjectError

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

OVERLAP_MAX: Final = 3
"""The most refreshes that are ever under way at once."""

DEADLINE: Final = 10.0
"""Seconds that a subject may take for a refresh, unless it is given more."""


class Window(NamedTuple):
    """The local days ``since`` to ``until`` of a zone, both included; a side that is None is open."""

    since: date | None
    until: date | None
    zone: ZoneInfo


class Turn(NamedTuple):
    """One turn that ran on the priority tier; ``ts`` is the time, in unix seconds, of the row that tells so."""

    turn: str
    thread: str | None
    ts: int
    model: str | None


class Turns(NamedTuple):
    """The turns of a window in one snapshot, in any order."""

    turns: tuple[Turn, ...]


class Unavailable(NamedTuple):
    """No answer, and why; a log that cannot be read must end in this."""

    reason: str


Outcome: TypeAlias = Turns | Unavailable
"""What a refresh ends in."""


class Scanner(Protocol):
    """A scanner in Python: what a factory gives for one log."""

    def refresh(self, window: Window) -> Outcome:
        """Give the turns of a window; up to three threads call this at once."""
        ...

    def close(self) -> None:
        """Let everything go; no refresh is under way."""
        ...


Factory: TypeAlias = Callable[[Path, Path], Scanner]
"""Opens a scanner: the path of the log, which need not exist yet, and a path that is the memo's own."""


class Session(Protocol):
    """One log in the care of a subject."""

    def begin(self, window: Window) -> int:
        """Begin a refresh and do not wait for it; give the ticket by which it is ended."""
        ...

    def end(self, ticket: int) -> Outcome:
        """Wait for the outcome of a refresh; raises :class:`SubjectBrokenError` if there is none."""
        ...

    def close(self) -> None:
        """End the session; no refresh is under way."""
        ...


class Subject(Protocol):
    """What is judged from outside; every method may raise :class:`SubjectBrokenError`."""

    def open(self, log: Path, memo: Path) -> Session:
        """Take a log into care; both paths are fresh, and no other session has them."""
        ...

    def close(self) -> None:
        """End the subject, and whatever it started."""
        ...


class Launch(NamedTuple):
    """How to start a subject, any number of times.

    ``name`` is what evidence and traces call it; ``option`` are the words of a command line that name it again.
    """

    name: str
    option: tuple[str, str]
    start: Callable[[], Subject]


Breach: TypeAlias = Literal["no start", "hang", "death", "flood", "garbage", "exception", "lock", "damage"]
"""How a subject can be broken: it did not start, gave no reply in time, ended, wrote without end, wrote what is no
reply, raised, or kept its hold on the log so that the writer could not write."""


class SubjectBrokenError(SubjectError):
    """The subject broke, so it cannot be judged; one line says how, and what it had been asked."""

    def __init__(self, breach: Breach, says: str) -> None:
        """Say how it broke."""
        super().__init__(f"{breach}: {says}")
        self.breach = breach
        self.says = says
