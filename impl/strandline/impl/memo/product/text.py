"""Words for one line of a terminal: counts with their nouns, names that are near, and what a terminal would obey.

Properties has its own of each: the two share no code.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def many(count: int, one: str, several: str | None = None) -> str:
    """Write a count with its noun, whose plural is given unless it takes an s."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def near(name: str, known: Iterable[str]) -> str:
    """Ask whether the nearest of some names was meant, capitals or not; give nothing if none is near."""
    names = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), names, n=1)
    return f" (did you mean {names[found[0]]!r}?)" if found else ""


def printable(text: str) -> str:
    """Escape what a terminal would obey instead of show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
