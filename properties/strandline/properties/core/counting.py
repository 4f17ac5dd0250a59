"""Counts with their nouns: one row, two rows."""

from __future__ import annotations

import re


def many(count: int, one: str, several: str | None = None) -> str:
    """Write a count with its noun.

    Args:
        count: how many.
        one: what one of them is called.
        several: what more or fewer than one are called; without it an s is added.
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def tallied(count: int, several: str) -> str:
    """Write a count with the name of what is counted, which evidence has in the plural: ``states``, ``real steps``."""
    return many(count, re.sub(r"\b[a-z-]*[a-rt-z]s\b", lambda found: singular(found[0]), several, count=1), several)


def singular(noun: str) -> str:
    """Give a noun that is in the plural in the singular."""
    if noun.endswith("ies"):
        return f"{noun.removesuffix('ies')}y"
    return noun.removesuffix("es" if noun.endswith(("ches", "shes", "sses", "xes")) else "s")


def size(states: int, transitions: int) -> str:
    """Write how large a world is."""
    return f"{many(states, 'state')}, {many(transitions, 'transition')}"
