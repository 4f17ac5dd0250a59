"""Every known-bad design of the memo by name: mutants of the scanner, of the model and of contracts, and specimens."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import AGREE, EXHAUST, FUZZ, PROVE, SOAK, Killers, Mutant
from strandline.properties.core.system import SHIPPED
from strandline.properties.systems.memo.contracts.engine import REFUTED
from strandline.properties.systems.memo.mutants.definition import DEFINITION
from strandline.properties.systems.memo.mutants.designs import DESIGNS
from strandline.properties.systems.memo.mutants.model import OF_MODEL
from strandline.properties.systems.memo.mutants.slips import SLIPS
from strandline.properties.systems.memo.specimens import EXHAUST_SPECIMEN, SPECIMENS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_SCANNER: Final = (*DESIGNS.mutants, *SLIPS.mutants, *DEFINITION.mutants)

MUTANTS: Final[dict[str, Mutant]] = {mutant.name: mutant for mutant in _SCANNER if not mutant.equivalent}
"""Every mutant of the scanner by its name."""

ALIKE: Final[dict[str, Mutant]] = {mutant.name: mutant for mutant in _SCANNER if mutant.equivalent}
"""Those that no engine can tell from the scanner as it is, each with the reason."""

MODEL_MUTANTS: Final[dict[str, Mutant]] = {mutant.name: mutant for mutant in OF_MODEL.mutants}
"""Every mutant of the model by its name."""

PLANTED: Final = MUTANTS | ALIKE | MODEL_MUTANTS
"""Every mutant that takes the place of something, by its name."""


def planted(name: str) -> AbstractContextManager[None]:
    """Put a mutant in place of the shipped code while the block runs; ``shipped`` puts nothing.

    Raises:
        KeyError: there is no mutant of that name.
    """
    return nullcontext() if name == SHIPPED else PLANTED[name].planted()


WORLD_OF: Final = {"D0": "shrunk", "D1": "shrunk", "D2": "appends", "D3": "busy"}
"""The world that shows a specimen's own fault."""

KNOWN: Final[dict[str, Mutant]] = PLANTED | {
    mutant.name: mutant
    for mutant in (
        *(
            Mutant(one.name, "specimen", one.hazard, one.says, one.law, EXHAUST_SPECIMEN, WORLD_OF[one.name])
            for one in SPECIMENS.values()
        ),
        *(Mutant(one.says, "mutant of a contract", one.law, one.says, one.law, PROVE) for one in REFUTED),
    )
}
"""Everything in the catalogue by its name; a mutant of a contract is named by what is to be refuted of it."""

ASKED: Final = {
    "mutant of the scanner": (EXHAUST, FUZZ, AGREE, SOAK),
    "mutant of the model": (MODEL_ENGINE,),
    "specimen": (EXHAUST_SPECIMEN,),
    "mutant of a contract": (PROVE,),
}
"""The engines that a mutant of each kind can be put to."""

QUICK: Final = (
    *("unread", "empty on error", "newest takes all", "never unchanged", "always scans", "two truths"),
    *("undone drop", "no limit", "unverified", "a memo that is put unasked"),
)
"""What ``check`` puts to its engines: of each law that events break a mutant that costs little, and a few besides."""

_TABLES: Final = "strandline.properties.engines.kill.search:by_tables"
_MEMO: Final = "strandline.properties.systems.memo.killers:"

KILLERS: Final = Killers(
    asked=ASKED,
    by={
        EXHAUST: _TABLES,
        MODEL_ENGINE: _TABLES,
        EXHAUST_SPECIMEN: f"{_MEMO}specimen",
        **{engine: f"{_MEMO}{engine}" for engine in (FUZZ, SOAK, AGREE)},
    },
    together={PROVE: f"{_MEMO}refuted"},
    drawn=frozenset({FUZZ, SOAK}),
    alarms=(FUZZ, AGREE),
    quick=QUICK,
)
"""How mutants are put to the engines, each as it is when it issues the passes of its name."""
