"""A bounded reader of Rust's debug print: ``Name { field: Some("text"), other: None }``.

It is read by structure: names, ``{} () []``, and strings with escapes. Nothing is built of it: a reader finds out once
that the print closes as it should, and then asks for the few fields that it needs, each by one pass over the group
that holds them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from strandline.impl.memo.ruststring import STRING, unescaped
from strandline.impl.memo.structure import OPENERS, TOKENS

_TOKEN: Final = re.compile(TOKENS, re.DOTALL)
_HEAD: Final = re.compile(r"\s*+([A-Za-z_][A-Za-z0-9_]*+)\s*+([{(])?+")
_END: Final = r"\s*+(?=[,\])}])"
_ONE: Final = rf"\s*+({STRING})\s*+"

TEXT: Final = re.compile(_ONE + _END, re.DOTALL)
"""A string. Like the patterns below it is matched where a value begins, and takes the whole value or nothing."""

OPTIONAL_TEXT: Final = re.compile(rf"\s*+(?:None|Some\s*+\({_ONE}\)){_END}", re.DOTALL)
"""``None`` or ``Some("text")``; group 1 is the string."""

CHANGED_TEXT: Final = re.compile(
    rf"\s*+(?:None|Some\s*+\(\s*+(?:Some\s*+\({_ONE}\)|(?P<unset>None))\s*+\)){_END}", re.DOTALL
)
"""``None`` (left as it is), ``Some(None)`` (unset) or ``Some(Some("text"))``; group 1 is the string."""


class Wanted(NamedTuple):
    """Which fields of a group are asked for: how many, the pattern of a first item, and that of what comes after it."""

    names: int
    first: re.Pattern[str]
    tokens: re.Pattern[str]


def wanted(*names: str) -> Wanted:
    """Ask for fields by their names."""
    field = rf"\s*+({'|'.join(names)})\s*+:"
    return Wanted(len(names), re.compile(rf"[{{(]{field}"), re.compile(rf"{TOKENS}|,{field}", re.DOTALL))


class Value(NamedTuple):
    """How a value begins: the identifier at its head, empty if there is none, and where the group after that opens."""

    head: str
    opener: int | None


def is_closed(text: str, opener: int, depth_max: int) -> bool:
    """Tell whether a print is whole: each bracket closed by its own kind, and at most ``depth_max`` open at once."""
    opened = bytearray()
    for match in _TOKEN.finditer(text, opener):
        bracket = text[match.start()]
        if match.end() - match.start() > 1:
            if bracket != '"' and len(opened) >= depth_max:
                return False
        elif bracket in OPENERS:
            if opened.pop() != OPENERS[bracket]:
                return False
        elif bracket == '"' or len(opened) >= depth_max:
            return False
        else:
            opened.append(ord(bracket))
        if not opened:
            return True
    return False


def fields(names: Wanted, text: str, opener: int | None) -> dict[str, int]:
    """Find the fields of a group: where the value of each begins.

    Args:
        names: the fields that are asked for. The first of a name counts.
        text: a text in which the group is closed.
        opener: where the group opens; None has no fields.
    """
    found: dict[str, int] = {}
    if opener is None:
        return found
    first = names.first.match(text, opener)
    if first:
        found[first[1]] = first.end()
    depth = 0
    for match in names.tokens.finditer(text, opener + 1):
        if match.lastindex:
            if not depth:
                found.setdefault(match[1], match.end())
                if len(found) == names.names:
                    break
        elif match.end() - match.start() == 1:
            depth += -1 if match[0] in OPENERS else 1
            if depth < 0:
                break
    return found


def value(text: str, start: int | None) -> Value:
    """Read how a value begins; None has no head and no group."""
    head = None if start is None else _HEAD.match(text, start)
    return Value("", None) if head is None else Value(head[1], head.start(2) if head[2] else None)


def struct(text: str, start: int | None) -> int | None:
    """Find where the ``{}`` of a value opens, within ``Some(…)`` too; None if it has none."""
    head, opener = value(text, start)
    if head == "Some" and opener is not None and text[opener] == "(":
        opener = value(text, opener + 1).opener
    return opener if opener is not None and text[opener] == "{" else None


def needed(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str]:
    """Match a value by one of the patterns above; ValueError if it is of another shape."""
    match = pattern.match(text, start)
    if match is None:
        raise ValueError(start)
    return match


def string(match: re.Match[str] | None) -> str | None:
    """Read the string that one of the patterns above found, None if none was; ValueError if it cannot be read."""
    if match is None or match[1] is None:
        return None
    found = unescaped(match[1])
    if found is None:
        raise ValueError(match.start(1))
    return found
