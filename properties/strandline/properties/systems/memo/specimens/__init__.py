"""Specimens: the published designs of a memo, as step machines that the laws judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.systems.memo.specimens import d0_blind, d1_dominance, d2_observed, d3_anchored

if TYPE_CHECKING:
    from strandline.properties.systems.memo.specimens.rule import Rule

PREFIX: Final = "specimen:"
"""What the subject of a trace through a specimen begins with; its name follows."""


EXHAUST_SPECIMEN: Final = "exhaust specimen"
"""The engine that searches specimens."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A published design: its name, what it does, the law and the hazard that it is known for, its rule."""

    name: str
    title: str
    says: str
    law: str
    hazard: str
    rule: Rule[Any]

    @property
    def subject(self) -> str:
        """The name of the specimen where subjects are named."""
        return PREFIX + self.name


SPECIMENS: Final[dict[str, Specimen]] = {
    specimen.name: specimen
    for specimen in (
        Specimen(
            "D0",
            "blind",
            "goes on from its cursor and puts whatever it has",
            "M1",
            "H01",
            d0_blind.RULE,
        ),
        Specimen(
            "D1",
            "dominance",
            "gives way to a stored memo that has read as far",
            "M3",
            "H03",
            d1_dominance.RULE,
        ),
        Specimen(
            "D2",
            "observed",
            "looks its sources up again, and lets the refresh win that took its number later",
            "M3",
            "H08",
            d2_observed.RULE,
        ),
        Specimen(
            "D3",
            "anchored",
            "recognizes the log by one row, and saves its memo",
            "M6",
            "H16",
            d3_anchored.RULE,
        ),
    )
}
"""Every specimen by its name, oldest design first."""
