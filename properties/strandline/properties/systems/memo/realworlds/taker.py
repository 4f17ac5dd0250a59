"""Takes the steps of one refresher by those of the first: they do the same, each to its own parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from strandline.properties.systems.memo.realworlds.bench import ME, of

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcome, Reading
    from strandline.properties.systems.memo.realworlds.asking import Asking


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes steps as an actor, None if they are nobody's."""

    taken: Asking[tuple[Outcome, ...]]
    actor: int | None

    def __call__(self, at: Reading) -> tuple[Outcome, ...]:
        """Take every step that can be taken now."""
        actor = self.actor
        if not actor:
            return self.taken(at.__getitem__)
        ways = self.taken(lambda part: at[mine(part, actor)])
        return tuple(
            way._replace(writes={mine(part, actor): value for part, value in way.writes.items()}) for way in ways
        )


@cache
def mine(part: str, actor: int) -> str:
    """Give the part that has the place of another one if an actor changes places with the first."""
    if not part.startswith("tasks."):
        return part
    owner, _, name = part.removeprefix("tasks.").partition(".")
    return of(name, actor - int(owner)) if int(owner) in {ME, actor} else part
