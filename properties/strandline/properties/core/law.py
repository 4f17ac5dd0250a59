"""What a law is: one definition of each, for every engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["always", "eventually", "proved"]

Judge: TypeAlias = Callable[[Any], bool]
"""Judges one event of a system; what its events are, the system knows."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover property: what must sometimes happen, so that its law cannot hold because nothing did."""

    says: str
    seen: Judge


@dataclass(frozen=True, slots=True)
class Law:
    """A law: its number and name, its kind, what it says, why, and how an event is judged.

    ``holds`` is false for an event that breaks the law and true for every other event; a law
    that is proved has none, its engine is :mod:`strandline.properties.engines.contracts`. ``of`` are the kinds of
    events that can break it: where none of them happens, that it is not broken says nothing. With ``of_states`` it
    judges states in place of events, and so does its cover.
    """

    number: str
    name: str
    kind: Kind = "always"
    says: str = ""
    why: str = ""
    holds: Judge | None = None
    cover: Cover | None = None
    of: tuple[type[Any], ...] = ()
    of_states: bool = False
