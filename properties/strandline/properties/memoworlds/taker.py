"""Takes the steps of one refresher by those of the first: they do the same, each to its own parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from strandline.properties.memoworlds.parts import of

if TYPE_CHECKING:
    from strandline.properties.exhaust.world import Outcome, Reading
    from strandline.properties.memoworlds.asking import Asking

ME: Final = 0
"""The refresher as which every step is taken; what it read and wrote is then another one's."""


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes steps as an actor, None if they are nobody's; ``own`` are the kinds of parts that each refresher has."""

    taken: Asking[tuple[Outcome, ...]]
    own: frozenset[str]
    actor: int | None

    def __call__(self, at: Reading) -> tuple[Outcome, ...]:
        """Take every step that can be taken now."""
        own, actor = self.own, self.actor
        if not actor:
            return self.taken(at.__getitem__)
        ways = self.taken(lambda part: at[mine(part, own, actor)])
        return tuple(
            way._replace(writes={mine(part, own, actor): value for part, value in way.writes.items()}) for way in ways
        )


@cache
def mine(part: str, own: frozenset[str], actor: int) -> str:
    """Give the part that has the place of another one if an actor changes places with the first."""
    name, _, owner = part.partition(".")
    if name not in own or owner not in {str(ME), str(actor)}:
        return part
    return of(name, actor - int(owner))
