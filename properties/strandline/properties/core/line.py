"""Lines for people, and the one escape that each of them goes through before it is shown.

What is shown may be a stranger's: names in a document, ids in a log, names of files, words of an exception. A terminal
obeys some characters instead of showing them, and some turn around what stands beside them. So whoever shows a line
calls :func:`shown`, and whoever makes one need not think of it.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import click

from strandline.properties.core.verdict import COLORS

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tinted(NamedTuple):
    """A part of a line that has the color of a verdict at a terminal."""

    text: str
    verdict: str


Line: TypeAlias = "str | tuple[str | Tinted, ...]"
"""A line as it is made: its text, or its parts one after the other."""

_UNSHOWN: Final = re.compile(r"[^\x20-\x7e]")
_WIDE: Final = 0xFFFF  # JSON writes what lies beyond as two


def printable(text: str) -> str:
    """Escape what a terminal would obey instead of show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(line: Line, *, colors: bool = False) -> str:
    """Give a line as a terminal may have it: every part escaped, then colored if colors are asked for."""
    return "".join(_shown(part, colors=colors) for part in ((line,) if isinstance(line, str) else line))


def _shown(part: str | Tinted, *, colors: bool) -> str:
    if isinstance(part, str):
        return printable(part)
    text = printable(part.text)
    return click.style(text, fg=COLORS.get(part.verdict)) if colors else text


def record(fields: Iterable[str | None]) -> str:
    """Give a line of fields parted by tabs, from which each can be had again: None is an empty one.

    The backslash is escaped first, so that an escape is none that was there.
    """
    return "\t".join(printable((field or "").replace("\\", "\\\\")) for field in fields)


def inert(document: str) -> str:
    """Give JSON that says the same and has no character that a terminal would obey; line breaks stay."""
    return _UNSHOWN.sub(_in_json, document)


def _in_json(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable() or character == "\n":
        return character
    code = ord(character)
    if code <= _WIDE:
        return f"\\u{code:04x}"
    above = code - _WIDE - 1
    return f"\\u{0xD800 + (above >> 10):04x}\\u{0xDC00 + (above & 0x3FF):04x}"


def command(words: Iterable[str]) -> str:
    """Give a line that a shell takes for these words, whatever they are: bash, zsh and ksh read what is escaped."""
    return " ".join(shlex.quote(word) if word.isprintable() else _escaped(word) for word in words)


def _escaped(word: str) -> str:
    """Quote a word with what a terminal would obey written by its bytes."""
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(c if c.isprintable() else _bytes(c) for c in plain) + "'"


def _bytes(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode(errors="surrogateescape"))
