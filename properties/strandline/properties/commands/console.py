"""All that the commands write for people and for programs: each line of it goes through one escape, here.

Nothing else writes to a terminal or a pipe, which a test holds: no command can forget to escape what a stranger wrote.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strandline.properties.core.line import inert, printable, record, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from rich.status import Status

    from strandline.properties.core.line import Line

EVERY: Final = 1.9
"""Seconds between two lines of passing progress in a pipe: of what is said each 0.1 s, some is told every two."""

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
            with suppress(OSError):  # the terminal was closed
                self._status.stop()

    def say(self, line: str) -> None:
        """Tell something that the next line may replace."""
        now = time.monotonic()
        if now - self._told < (EVERY if self._status is None else _LIVELY):
            return
        self._told = now
        if self._status is None:
            self.keep(line)
        elif not self._gone:
            with self._hearing():
                self._status.update(Text(printable(line), overflow="ellipsis", no_wrap=True))

    def keep(self, line: str) -> None:
        """Tell something that stays."""
        if self._gone:
            return
        with self._hearing():
            if self._status is not None:
                self._console.print(Text(printable(line)))
            else:
                note(line)

    @contextmanager
    def _hearing(self) -> Iterator[None]:
        """Note that nobody hears any more: a pipe that was closed, or a terminal."""
        try:
            yield
        except OSError:
            self._gone = True


def note(line: Line) -> None:
    """Write a line to standard error."""
    click.echo(shown(line, colors=True), err=True)  # click takes the colors away where there is no terminal


def complain(line: str) -> None:
    """Write one clear line to standard error."""
    note(f"strandline: {line}")


def fault() -> None:
    """Write what was raised just now to standard error, with where it was: it is a fault of the program."""
    for line in traceback.format_exc().splitlines():
        note(line)


def tell(lines: Iterable[Line]) -> None:
    """Write lines to standard output."""
    for line in lines:
        click.echo(shown(line, colors=True))


def text(written: str) -> None:
    """Write a text of several lines to standard output, line for line."""
    tell(written.removesuffix("\n").split("\n"))


def records(rows: Iterable[Iterable[str | None]]) -> None:
    """Write rows for programs to standard output: their fields are parted by tabs, and None is an empty one."""
    for row in rows:
        click.echo(record(row))


def table(heads: Iterable[str], rows: Iterable[Iterable[str | None]]) -> None:
    """Draw rows as a table on standard output, for a terminal; None is a dash."""
    drawn = Table(show_edge=False, header_style="bold", box=box.SIMPLE_HEAD)
    for head in heads:
        drawn.add_column(Text(printable(head)), overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("-" if field is None else printable(field)) for field in row))
    Console(highlight=False).print(drawn)


def document(written: object, indent: int | None = None) -> None:
    """Write a document to standard output as JSON: bytes that are JSON already, or whatever JSON can hold."""
    said = written.decode() if isinstance(written, bytes) else json.dumps(written, indent=indent)
    click.echo(inert(said).removesuffix("\n"))


def speak_plainly() -> None:
    """Let no character that the terminal cannot show end the program; it is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
