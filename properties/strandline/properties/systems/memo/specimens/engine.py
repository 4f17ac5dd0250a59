"""The engine that searches specimens: every interleaving of their statements, in small worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import size
from strandline.properties.core.verdict import Claim, Engine, Report, Trace
from strandline.properties.engines.exhaust.claims import over_worlds
from strandline.properties.engines.reference import STATES_MAX, Found, search
from strandline.properties.systems.memo.spec.laws import LAWS, laws_of
from strandline.properties.systems.memo.specimens import EXHAUST_SPECIMEN, PREFIX, SPECIMENS
from strandline.properties.systems.memo.specimens.space import space_of
from strandline.properties.systems.memo.specimens.worlds import SPECIMEN_WORLDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.law import Law


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
    yield from (_claimed(law, subject, found) for law in LAWS if law.holds is not None)


def _claimed(law: Law, subject: str, found: dict[str, Found]) -> Claim:
    """Claim of a law what came of a search of these worlds."""
    return over_worlds(
        law,
        EXHAUST_SPECIMEN,
        found,
        [
            Trace(subject, world, law.number, one.broken[law.number])
            for world, one in found.items()
            if law.number in one.broken
        ],
        "" if all(one.complete for one in found.values()) else f"a world has more than {STATES_MAX:,} states",
        (
            ("states", sum(one.states for one in found.values())),
            ("transitions", sum(one.transitions for one in found.values())),
            ("depth", max(one.depth for one in found.values())),
        ),
        sum(one.reached[law.number] for one in found.values()),
    )


ENGINES: Final = (Engine(EXHAUST_SPECIMEN, "every interleaving of the specimen's statements in small worlds", claims),)
"""The engines that judge a specimen."""
