"""Strings as Rust prints them for a debugger: in double quotes, with escapes."""

from __future__ import annotations

import re
from typing import Final

STRING: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
r"""Matches a string with its quotes, in a pattern with DOTALL. A backslash takes the next character with it.

Possessive, since a group that may give back what it took keeps a place for each escape: 20 MB of them cost more than
a gigabyte.
"""

_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_PLAIN: Final = {'"': '"', "\\": "\\", "'": "'", "n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_SURROGATES: Final = range(0xD800, 0xE000)


def unescaped(string: str) -> str | None:
    """Read a string that :data:`STRING` matches; None if one of its escapes stands for nothing."""
    inner = string[1:-1]
    if "\\" not in inner:
        return inner
    try:
        return _ESCAPE.sub(_character, inner)
    except ValueError:
        return None


def _character(escape: re.Match[str]) -> str:
    """Give the character that an escape stands for; ValueError if there is none."""
    wide, narrow, letter = escape.groups()
    if letter is not None:
        if letter not in _PLAIN:
            raise ValueError(letter)
        return _PLAIN[letter]
    code = int(wide or narrow, 16)
    if code in _SURROGATES:
        raise ValueError(code)
    return chr(code)
