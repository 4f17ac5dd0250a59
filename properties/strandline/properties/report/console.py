"""What people see while a command works: progress on a terminal or in a pipe, and one clear line of what went wrong."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.text import Text

from strandline.properties.report.lanes import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

    from rich.status import Status

EVERY: Final = 2.0
"""Seconds between two lines of passing progress in a pipe."""

COLORS: Final = {"holds": "green", "violated": "red", "inconclusive": "yellow", "broken": "magenta"}
"""The color of a verdict."""

_LIVELY: Final = 0.1  # seconds between two changes of the line on a terminal


class Progress:
    """Tells progress on standard error: one line that changes on a terminal, now and then a line in a pipe.

    Whoever reads it may go away without an effect on the work.
    """

    def __init__(self) -> None:
        """Find out what standard error is."""
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._status: Status | None = None
        self._told = float("-inf")
        self._gone = False

    def __enter__(self) -> Self:
        """Begin."""
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the changing line away."""
        if self._status is not None:
            self._status.stop()

    def say(self, line: str) -> None:
        """Tell something that the next line may replace."""
        now = time.monotonic()
        if now - self._told < (EVERY if self._status is None else _LIVELY):
            return
        self._told = now
        if self._status is None:
            self.keep(line)
        else:
            self._status.update(Text(printable(line), overflow="ellipsis", no_wrap=True))

    def keep(self, line: str) -> None:
        """Tell something that stays."""
        if self._status is not None:
            self._console.print(Text(printable(line)))
        elif not self._gone:
            try:
                click.echo(printable(line), err=True)
            except OSError:
                self._gone = True


def complain(line: str) -> None:
    """Write one clear line to standard error."""
    click.echo(f"strandline: {printable(line)}", err=True)


def tell(lines: Iterable[str]) -> None:
    """Write lines to standard output."""
    for line in lines:
        click.echo(line)


def speak_plainly() -> None:
    """Let no character that the terminal cannot show end the program; it is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
