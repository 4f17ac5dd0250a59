"""Did you mean: the known name that a mistaken one is nearest to."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def meant(name: object, known: Iterable[object]) -> str:
    """Ask whether the nearest of some names was meant, capitals or not: a text to be put after a mistaken name.

    Args:
        name: what was written; what is no text is near to nothing.
        known: the names that there are.

    Returns:
        `` (did you mean 'x'?)``, or nothing if none is near.
    """
    names = {one.casefold(): one for one in known if isinstance(one, str)}
    near = get_close_matches(name.casefold(), names, n=1) if isinstance(name, str) else []
    return f" (did you mean {names[near[0]]!r}?)" if near else ""
