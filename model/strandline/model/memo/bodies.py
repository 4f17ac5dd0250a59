"""The structure of a body: spans and message, values, Rust's debug print.

A body of the log is ``span:span:… message``. What a writer puts into a span or a message can hold anything, the text of
a prompt included, so everything here goes by strings and brackets and nothing by a search for a piece of text.

The scanner has a text of its own for all of this; were any line shared, a mistake in it would be judged by itself.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEPTH_MAX: Final = 64
"""How many brackets of a debug print may be open at once."""

_CLOSERS: Final = {"{": "}", "(": ")", "[": "]"}
_VALUE_ENDS: Final = frozenset(",])}:")
_ESCAPES: Final = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_HEXADECIMAL: Final = frozenset("0123456789abcdefABCDEF")
_FIELD: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*:(.*)", re.DOTALL)
_HEAD: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*(.*)", re.DOTALL)
_LOGGED: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)=")
_SURROGATES: Final = range(0xD800, 0xE000)
_CODES: Final = 0x110000


class UnreadableError(Exception):
    """A debug print that breaks off, whose brackets do not match, or that nests too deep."""


def outside(text: str, start: int = 0) -> Iterator[tuple[int, str, int]]:
    """Walk over the characters of a text that lie in no string.

    A closing bracket closes the nearest opened one of its kind with all that was opened inside that one; without one
    of its kind it is plain text. So a lone ``(`` in a path ends with the ``}`` of the span that the path is in.

    Yields:
        The index of each character, the character, and how many brackets are open around it. Last of all the length
        of the text, an empty string, and how many brackets and strings were left open.
    """
    pending: list[str] = []
    at = start
    while at < len(text):
        character = text[at]
        if character in pending:
            while pending.pop() != character:
                pass
        yield at, character, len(pending)
        if character in _CLOSERS:
            pending.append(_CLOSERS[character])
        if character == '"':
            end = string_end(text, at)
            if end is None:
                yield len(text), "", len(pending) + 1
                return
            at = end
        else:
            at += 1
    yield len(text), "", len(pending)


def string_end(text: str, at: int) -> int | None:
    """Find the index after the string that opens at ``at``, None if it does not end."""
    at += 1
    while at < len(text):
        if text[at] == '"':
            return at + 1
        at += 2 if text[at] == "\\" else 1
    return None


def unescaped(quoted: str) -> str | None:
    """Read a Rust string, its quotes included; None if an escape stands for no character."""
    read: list[str] = []
    at, last = 1, len(quoted) - 1
    while at < last:
        end = _escape_end(quoted, at) if quoted[at] == "\\" else at + 1
        character = _escaped(quoted[at + 1 : end]) if quoted[at] == "\\" else quoted[at]
        if character is None:
            return None
        read.append(character)
        at = end
    return "".join(read)


def _escape_end(text: str, at: int) -> int:
    """Find the index after the escape whose backslash is at ``at``."""
    if text.startswith("u{", at + 1):
        return text.find("}", at) + 1 or len(text)
    return at + (4 if text.startswith("x", at + 1) else 2)


def _escaped(letters: str) -> str | None:
    """Give the character that the letters after a backslash stand for, None if there is none."""
    if letters in _ESCAPES:
        return _ESCAPES[letters]
    braced = letters.startswith("u{") and letters.endswith("}")
    digits = letters[2:-1] if braced else letters[1:]
    if not (braced or letters.startswith("x")) or not _HEXADECIMAL.issuperset(digits):
        return None
    if len(digits) not in (range(1, 7) if braced else range(2, 3)):
        return None
    code = int(digits, 16)
    return None if code in _SURROGATES or code >= _CODES else chr(code)


def parted(body: str) -> tuple[list[str], str]:
    """Part a body into its spans, from the outermost to the innermost, and its message.

    The message begins after the first colon and space around which nothing is open; a body without them is all message.
    """
    spans: list[str] = []
    start = 0
    for at, character, depth in outside(body):
        if character == ":" and depth == 0:
            spans.append(body[start:at])
            start = at + 1
            if body.startswith(" ", start):
                return spans, body[start + 1 :]
    return [], body


def innermost(spans: Sequence[str], names: Sequence[str]) -> str | None:
    """Read a field from the innermost span that has it under one of its names; None if it is blank or nowhere."""
    for span in reversed(spans):
        opener = next((at for at, character, _ in outside(span) if character == "{"), len(span))
        value = _field(span[opener + 1 :], names)
        if value is not None:
            return value if value.strip() else None
    return None


def _field(fields: str, names: Sequence[str]) -> str | None:
    """Read the first field of one of these names among the fields of a span."""
    for at, _, depth in outside(fields):
        if depth == 0 and (at == 0 or fields[at - 1].isspace()):
            for name in names:
                if fields.startswith(name + "=", at):
                    return _value(fields[at + len(name) + 1 :])
    return None


def _value(text: str) -> str:
    """Read the value that a text begins with; one that cannot be read is blank."""
    if text.startswith('"'):
        end = string_end(text, 0)
        return (unescaped(text[:end]) if end is not None else None) or ""
    return "".join(takewhile(lambda c: not c.isspace() and c not in _VALUE_ENDS, text))


def logged(text: str) -> dict[str, str | None] | None:
    """Read ``name=value name=value …`` up to the first thing that is none; the first of a name counts.

    A value is a Rust string, or goes on to the next white space; a group that follows belongs to it.

    Returns:
        The values, None in place of a string that cannot be read; None if the text does not begin with a name.
    """
    if not _LOGGED.match(text):
        return None
    read: dict[str, str | None] = {}
    at = 0
    while match := _LOGGED.match(text, at):
        length = _logged_length(text[match.end() :])
        if length is None:
            break
        at = match.end() + length
        value = text[match.end() : at]
        read.setdefault(match[1], unescaped(value) if is_string(value) else value)
        if text[at : at + 1] != " ":
            break
        at += 1
    return read


def _logged_length(text: str) -> int | None:
    """Measure the value that a text begins with; None if its string or its group does not end."""
    if text.startswith('"'):
        length = string_end(text, 0)
    else:
        length = len("".join(takewhile(lambda c: not c.isspace() and c not in _CLOSERS, text)))
    if length is None or not text.startswith(("{", "(", "[", " {"), length):
        return length
    return group_end(text, length + text.startswith(" ", length))


def group_end(text: str, start: int) -> int | None:
    """Find the index after the group that opens at ``start``, None if it does not end."""
    for at, _, depth in outside(text, start):
        if at > start and depth == 0:
            return at + 1
    return None


def items(text: str) -> list[str]:
    """Give the items of the debug print's group that a text begins with; what follows the group is ignored.

    Raises:
        UnreadableError: the group does not end, a bracket is closed by another one, or it nests too deep.
    """
    found: list[str] = []
    pending: list[str] = []
    at = start = 0
    while at < len(text):
        character = text[at]
        if character == '"':
            end = string_end(text, at)
            if end is None:
                break
            at = end
            continue
        if character in _CLOSERS:
            start = start if pending else at + 1
            pending.append(_CLOSERS[character])
            if len(pending) > DEPTH_MAX:
                break
        elif character in _CLOSERS.values():
            if pending.pop() != character:
                break
            if not pending:
                return [*found, text[start:at]]
        elif character == "," and len(pending) == 1:
            found.append(text[start:at])
            start = at + 1
        at += 1
    raise UnreadableError


def fields(value: str | None, openers: tuple[str, ...] = ("{",)) -> dict[str, str]:
    """Give the fields of a struct in a debug print, the first of each name; ``Some(…)`` around it is looked through.

    Args:
        value: the struct; anything else has no fields, nor has a group without a name.
        openers: how a group with fields may open.

    Raises:
        UnreadableError: the struct does not read.
    """
    name, group = head(value)
    if name == "Some" and group.startswith("("):
        name, group = head(items(group)[0].strip())
    if name is None or not group.startswith(openers):
        return {}
    read: dict[str, str] = {}
    for item in items(group):
        match = _FIELD.fullmatch(item)
        if match is not None:
            read.setdefault(match[1], match[2].strip())
    return read


def head(value: str | None) -> tuple[str | None, str]:
    """Part a value of a debug print into the name that it begins with and what follows the name."""
    match = _HEAD.fullmatch(value or "")
    return (match[1], match[2]) if match is not None else (None, value or "")


def inside_some(value: str) -> str | None:
    """Give what ``Some(…)`` holds, None if the value is anything else."""
    name, group = head(value)
    if name != "Some" or not group.startswith("(") or group_end(group, 0) != len(group):
        return None
    held = items(group)
    return held[0].strip() if len(held) == 1 else None


def string_of(value: str | None) -> str | None:
    """Read a value that is a string and nothing besides; None if it is another one or does not read."""
    return unescaped(value) if value is not None and is_string(value) else None


def is_string(value: str) -> bool:
    """Tell whether a value is a string and nothing besides."""
    return value.startswith('"') and string_end(value, 0) == len(value)
