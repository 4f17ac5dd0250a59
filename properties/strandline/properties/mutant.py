"""What a mutant is: one function, method, class or table of the scanner, and what is put in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

EXHAUST: Final = "exhaust impl"
FUZZ: Final = "fuzz"
AGREE: Final = "agree"
"""The engines that must catch a mutant of the scanner."""

TEETH: Final = "teeth"
"""The engine that puts known-bad designs to the others."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A known-bad design: its name, the hazard, what it does, the law that must catch it.

    ``where`` and ``attribute`` say what it replaces, ``by`` with what. ``engine`` must catch it, ``world`` is where
    that engine finds it soonest: a small world that is searched, or a question that is put; none for a game.
    ``equivalent`` says why nothing can catch it, if nothing can.
    """

    name: str
    hazard: str
    says: str
    law: str
    where: Any
    attribute: str
    by: Any
    engine: str
    world: str = ""
    equivalent: str = ""
