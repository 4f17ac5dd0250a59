"""The catalogue: every known-bad thing, the law that it breaks, and the engine that must catch it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from strandline.properties.mutant import AGREE, EXHAUST, FUZZ
from strandline.properties.mutants import ALIKE, MUTANTS
from strandline.properties.prove.engine import REFUTED
from strandline.properties.specimens import SPECIMENS
from strandline.properties.specimens.engine import EXHAUST_SPECIMEN
from strandline.properties.teeth.flaws_of_model import FLAWS, MODEL

Kind: TypeAlias = Literal["mutant of the scanner", "flaw of the model", "specimen", "wrong text"]

KINDS: Final[tuple[Kind, ...]] = ("mutant of the scanner", "flaw of the model", "specimen", "wrong text")
"""In the order in which they are shown. Counts of two kinds are never added up."""

PROVE: Final = "prove"
"""The engine that must refute a wrong text."""

ASKED: Final[dict[Kind, tuple[str, ...]]] = {
    "mutant of the scanner": (EXHAUST, FUZZ, AGREE),
    "flaw of the model": (MODEL,),
    "specimen": (EXHAUST_SPECIMEN,),
    "wrong text": (PROVE,),
}
"""The engines that something of a kind can be put to."""

ENGINES: Final = tuple(dict.fromkeys(engine for engines in ASKED.values() for engine in engines))
"""Every engine that is shown teeth, by name."""

QUICK: Final = (
    *("unread", "empty on error", "newest takes all", "never unchanged", "always scans", "two truths"),
    *("undone drop", "no limit", "unverified", "a memo that is put unasked"),
)
"""What ``check`` puts to its engines: of each law that events break a mutant that costs little, and a few besides."""


WORLD_OF: Final = {"D0": "shrunk", "D1": "shrunk", "D2": "appends", "D3": "busy"}
"""The world that shows a specimen's own fault."""


@dataclass(frozen=True, slots=True)
class Known:
    """A known-bad design: which hazard it stands for, what it does, which law it breaks.

    ``engine`` must catch it; ``where`` is the world or the question in which it does. ``equivalent`` says why nothing
    can catch it, if nothing can.
    """

    name: str
    kind: Kind
    hazard: str
    says: str
    law: str
    engine: str
    where: str
    equivalent: str = ""


KNOWN: Final[dict[str, Known]] = {
    known.name: known
    for known in (
        *(
            Known(
                one.name, "mutant of the scanner", one.hazard, one.says, one.law, one.engine, one.world, one.equivalent
            )
            for one in (*MUTANTS.values(), *ALIKE.values())
        ),
        *(Known(one.name, "flaw of the model", one.law, one.says, one.law, MODEL, one.world) for one in FLAWS.values()),
        *(
            Known(one.name, "specimen", one.hazard, one.says, one.law, EXHAUST_SPECIMEN, WORLD_OF[one.name])
            for one in SPECIMENS.values()
        ),
        *(Known(one.says, "wrong text", one.law, one.says, one.law, PROVE, "") for one in REFUTED),
    )
}
"""Everything in the catalogue by its name; a wrong text is named by what is to be refuted of it."""
