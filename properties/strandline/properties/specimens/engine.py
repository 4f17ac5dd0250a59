"""The engine that searches specimens: every interleaving of their statements, in small worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.counting import size
from strandline.properties.engines import STATES_MAX, claimed
from strandline.properties.exhaust.plain import Found, search
from strandline.properties.laws import laws_of
from strandline.properties.specimens import PREFIX, SPECIMENS
from strandline.properties.specimens.space import space_of
from strandline.properties.specimens.worlds import SPECIMEN_WORLDS
from strandline.properties.verdict import Claim, Engine, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

EXHAUST_SPECIMEN: Final = "exhaust specimen"
"""The engine's name."""


def explore(name: str, world: str) -> Found:
    """Search one world of a specimen whole."""
    scope = SPECIMEN_WORLDS[world]
    with space_of(SPECIMENS[name].rule, scope) as space:
        return search(space, laws_of(scope), STATES_MAX)


def claims(subject: str, report: Report) -> Iterator[Claim]:
    """Search every world of a specimen and claim what came of it, law by law."""
    found: dict[str, Found] = {}
    for world in SPECIMEN_WORLDS:
        found[world] = explore(subject.removeprefix(PREFIX), world)
        report(f"world {world!r}: {size(found[world].states, found[world].transitions)}")
    yield from claimed(EXHAUST_SPECIMEN, subject, found)


ENGINES: Final = (Engine(EXHAUST_SPECIMEN, "every interleaving of the specimen's statements in small worlds", claims),)
"""The engines that judge a specimen."""
