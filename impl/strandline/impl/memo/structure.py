"""The structure of a body: which of its brackets and strings are open where, its spans, and where its message begins.

A body is ``span:span:… message``. What a prompt, a path or a command put into it may look like any part of it, so
nothing here is found by looking for a text alone: a mark counts only where no string and no bracket is open.

Everything is one pass of a compiled pattern from token to token. A closer closes the nearest opened bracket of its own
kind, with whatever was opened inside that one and never closed; a closer without an opener is plain text.
"""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.ruststring import STRING, unescaped

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
_SPAN: Final = re.compile(rf'[^"{{}}()\[\]:]*+(?:\{{(){_FLAT}\}}[^"{{}}()\[\]:]*+)?+:', re.DOTALL)
"""A span as nearly all are, with its colon: no bracket within its fields. Group 1 is where these begin."""

_SPANS: Final = re.compile(rf"(?:{_SPAN.pattern})++".encode(), re.DOTALL)
"""Spans, as nearly all bodies have them, each with its colon; for bytes in UTF-8."""

_KNOWN_MAX: Final = 4_096
"""How many beginnings of bodies are remembered. Rows of one turn share theirs."""

_START_MAX: Final = 4_096
"""The longest beginning that is remembered, in bytes; most have some hundred. All of them are 16 MiB at most."""

_BRACE: Final = re.compile(rf'(?:[^"{{]++|{STRING})*+\{{', re.DOTALL)
_VALUE: Final = re.compile(rf"{STRING}|[^\s,\])}}:]*+", re.DOTALL)


class _Name(NamedTuple):
    """What a span calls a thing, in two spellings, and the pattern that finds either where a field may begin."""

    dotted: str
    underscored: str
    pattern: re.Pattern[str]


def _named(word: str) -> _Name:
    """Name a thing; the name stands where the fields of a span begin, or after white space."""
    return _Name(f"{word}.id=", f"{word}_id=", marked(rf"{word}[._]id=(?<=[\s{{]{word}[._]id=)"))


_TURN: Final = _named("turn")
_THREAD: Final = _named("thread")


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


def message(body: bytes) -> int | None:
    """Find where the message of a body in UTF-8 begins, by a look at it that costs little.

    Returns:
        The place in bytes at which :func:`body` would find it; None if that takes a closer look. Every bracket, quote
        and colon is one byte of UTF-8 and part of no other character, so the bytes need not be decoded for it.
    """
    if body.find(b":") < 0:  # one byte is looked for much faster than two
        return 0
    colon = body.find(b": ")
    if colon < 0:
        return 0
    return colon + 2 if colon < _START_MAX and _are_spans(body[: colon + 1]) else None


@lru_cache(_KNOWN_MAX)
def _are_spans(start: bytes) -> bool:
    """Tell whether the beginning of a body is spans, all closed, as nearly all bodies have them."""
    return _SPANS.fullmatch(start) is not None


class Body(NamedTuple):
    """A body: its text, where in it the message begins, and its spans.

    ``spans`` holds two numbers for each span that has fields, outermost first: where they begin, and where the span
    ends.
    """

    text: str
    message: int
    spans: array[int]

    @property
    def turn(self) -> str | None:
        """The turn that the spans name."""
        return _innermost(_TURN, self)

    @property
    def thread(self) -> str | None:
        """The thread that the spans name."""
        return _innermost(_THREAD, self)


def body(text: str) -> Body:
    """Take a body apart.

    The message starts after the first ``: `` that stands outside; without one it is the whole body. What stands before
    is cut into spans at each colon outside; the fields of a span lie between its first ``{`` and its end.
    """
    spans = array("q")
    start = 0
    while plain := _SPAN.match(text, start):
        start = plain.end()
        if plain.lastindex:
            spans.extend((plain.end(1), start - 1))
        if text.startswith(" ", start):
            return Body(text, start + 1, spans)
    for colon in outside(_COLON, text, start, len(text)):
        if colon is None:
            break
        brace = _BRACE.match(text, start, colon.start())
        if brace:
            spans.extend((brace.end(), colon.start()))
        start = colon.end()
        if text.startswith(" ", start):
            return Body(text, start + 1, spans)
    return Body(text, 0, array("q"))


def _innermost(name: _Name, body: Body) -> str | None:
    """Read a name in the spans of a body: what the last span that has it says first.

    A value that is blank or cannot be read is None, as if no span had the name: an outer span is another turn, and
    says nothing of this one.
    """
    text, _, spans = body
    for place in range(len(spans) - 2, -1, -2):
        start, end = spans[place], spans[place + 1]
        if text.find(name.dotted, start, end) >= 0 or text.find(name.underscored, start, end) >= 0:
            value = _value(name, text, start, end)
            if value is not None:
                return value if value.strip() else None
    return None


def _value(name: _Name, text: str, start: int, end: int) -> str | None:
    """Read the first value of a name in the fields of a span: None if there is none, empty if it cannot be read."""
    mark = next(outside(name.pattern, text, start, end), None)
    value = _VALUE.match(text, mark.end(), end) if mark else None
    if value is None:
        return None
    return (unescaped(value[0]) or "") if value[0].startswith('"') else value[0]
