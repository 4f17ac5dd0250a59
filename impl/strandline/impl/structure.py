"""The structure of a body: which of its brackets and strings are open where, its spans, and where its message begins.

A body is ``span:span:… message``. What a prompt, a path or a command put into it may look like any part of it, so
nothing here is found by looking for a text alone: a mark counts only where no string and no bracket is open.

Everything is one pass of a compiled pattern from token to token. A closer closes the nearest opened bracket of its own
kind, with whatever was opened inside that one and never closed; a closer without an opener is plain text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.ruststring import STRING, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAT: Final = rf'(?:[^"{{}}()\[\]]++|{STRING})*+'
"""Matches what stands in a bracket that holds no other one."""

TOKENS: Final = rf'{STRING}|"|\{{{_FLAT}\}}|\({_FLAT}\)|\[{_FLAT}\]|\{{|\(|\[|\}}|\)|\]'
"""Matches a string, a quote that opens one without an end, a bracket that holds no other one, or one bracket.

Each way begins with a letter of its own, so that what matches none of them is passed over fast. What a way reads in
vain ends at the next bracket, so every character is read at most twice.
"""

OPENERS: Final = {")": ord("("), "]": ord("["), "}": ord("{")}
"""The opener of each closer."""


def marked(mark: str) -> re.Pattern[str]:
    """Compile a pattern for :func:`outside` that stops at ``mark`` as well; its group 1 is the mark."""
    return re.compile(rf"{TOKENS}|({mark})", re.DOTALL)


_TOKEN: Final = re.compile(TOKENS, re.DOTALL)
_COLON: Final = marked(":")
_FIELDS: Final = re.compile(rf'(?:[^"{{]++|{STRING})*+\{{', re.DOTALL)
_VALUE: Final = re.compile(rf"{STRING}|[^\s,\])}}:]*+", re.DOTALL)

_TURN: Final = marked(r"turn[._]id=(?<=[\s{]turn[._]id=)")
"""How a span names its turn: where its fields begin, or after white space."""

_THREAD: Final = marked(r"thread[._]id=(?<=[\s{]thread[._]id=)")
"""How a span names its thread."""


class _Opened:
    """The brackets that are open: one byte for each, and a count of each kind, so that no closer looks in vain."""

    __slots__ = ("_counts", "stack")

    def __init__(self) -> None:
        self.stack = bytearray()
        self._counts = dict.fromkeys(OPENERS.values(), 0)

    def take(self, bracket: str) -> None:
        """Open or close."""
        opener = OPENERS.get(bracket)
        if opener is None:
            self.stack.append(ord(bracket))
            self._counts[ord(bracket)] += 1
        elif self._counts[opener]:
            place = self.stack.rindex(opener)
            for kind in self._counts:
                self._counts[kind] -= self.stack.count(kind, place)
            del self.stack[place:]


def outside(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[re.Match[str] | None]:
    """Give the marks of a text at which no string and no bracket is open.

    Args:
        pattern: the mark, compiled by :func:`marked`.
        text: a text.
        start: where to begin, with nothing open.
        end: where to end.

    Yields:
        Each mark, and last None if something is still open at the end.
    """
    opened = _Opened()
    for match in pattern.finditer(text, start, end):
        if match.lastindex:
            if not opened.stack:
                yield match
        elif match.end() - match.start() == 1:
            if match[0] == '"':
                yield None
                return
            opened.take(match[0])
    if opened.stack:
        yield None


def group_end(text: str, opener: int) -> int | None:
    """Find where the bracket that opens at ``opener`` has been closed; None if it never is."""
    opened = _Opened()
    for match in _TOKEN.finditer(text, opener):
        if match.end() - match.start() == 1:
            if match[0] == '"':
                return None
            opened.take(match[0])
        if not opened.stack:
            return match.end()
    return None


class Body(NamedTuple):
    """A body: its text, and where in it the message begins."""

    text: str
    message: int

    @property
    def turn(self) -> str | None:
        """The turn that the spans name."""
        return _innermost(_TURN, self)

    @property
    def thread(self) -> str | None:
        """The thread that the spans name."""
        return _innermost(_THREAD, self)


def body(text: str) -> Body:
    """Find where the message begins: after the first ``: `` that stands outside; without one, at the start."""
    for colon in outside(_COLON, text, 0, len(text)):
        if colon is not None and text.startswith(" ", colon.end()):
            return Body(text, colon.end() + 1)
    return Body(text, 0)


def _innermost(name: re.Pattern[str], body: Body) -> str | None:
    """Read a name in the spans of a body: what the last span that has it says first.

    A value that is blank or cannot be read is None, as if no span had the name: an outer span is another turn, and
    says nothing of this one.
    """
    found = None
    start = 0
    for colon in outside(_COLON, body.text, 0, max(0, body.message - 1)):
        if colon is not None:
            value = _value(name, body.text, start, colon.start())
            found = found if value is None else value
            start = colon.end()
    return found if found and found.strip() else None


def _value(name: re.Pattern[str], text: str, start: int, end: int) -> str | None:
    """Read the first value of a name in one span: None if the span has not the name, empty if it cannot be read."""
    fields = _FIELDS.match(text, start, end)
    mark = next(outside(name, text, fields.end(), end), None) if fields else None
    value = _VALUE.match(text, mark.end(), end) if mark else None
    if value is None:
        return None
    return (unescaped(value[0]) or "") if value[0].startswith('"') else value[0]
