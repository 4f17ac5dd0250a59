"""Worlds drawn by chance, whole: alike actors, ranks, progress, several outcomes, things told, and every kind of law.

A world is a number: what its functions give is drawn from that number and from what they read, so it is the same in
every process.
"""

from __future__ import annotations

from functools import cache, partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.engines.exhaust.world import (
    NEXT,
    Action,
    Always,
    AlwaysTold,
    Component,
    Eventually,
    NoDeadlock,
    Outcome,
    Progress,
    Rank,
    Sometimes,
    SometimesTold,
    Symmetry,
    World,
)

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

VALUES: Final = 3
"""The values that a component takes are the numbers below."""

CLOCK_MAX: Final = 6
"""What the clock of a world with a measure counts to."""

ALIKE: Final = ("mine", "own")
"""What each of some alike actors has."""


def drawn(seed: int) -> World:
    """Draw a world."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    shared = [f"c{one}" for one in range(chance.randint(1, 3))]
    ranks = [f"r{one}" for one in range(chance.choice((0, 0, 2, 3)))]
    actors = chance.choice((0, 0, 2, 3))
    names = ALIKE[: chance.randint(1, 2) if actors == 2 else 1]
    blocks = tuple(tuple(f"{name} {one}" for name in names) for one in range(actors))
    clock = chance.random() < 1 / 3
    actions = []
    for number in range(chance.randint(1, 3)):
        reads = tuple(chance.sample([*shared, *ranks], chance.randint(1, min(3, len(shared) + len(ranks)))))
        writes = tuple(chance.sample([*shared, *ranks], chance.randint(1, 2 if len(shared) + len(ranks) > 1 else 1)))
        actor = chance.choice(("A", "B", None))
        actions.append(_action(f"a{number}", seed, reads, writes, actor, clock=clock))
    for number in range(chance.randint(1, 2) if actors else 0):
        which = tuple(chance.sample(shared, 1))
        for one, block in enumerate(blocks):
            both = (*block, *which)
            actions.append(_action(f"s{number}", seed, both, both, f"actor {one}", clock=clock, of=one))
    parts: list[Component | Rank] = [
        Component(name, 0) for name in (*shared, *(one for block in blocks for one in block))
    ]
    parts += [Rank(name, "order") for name in ranks]
    if clock:
        parts.append(Component("clock", 0))
    read = tuple(shared)
    stops = tuple(action.name for action in actions if chance.random() < 1 / 4)
    if blocks:  # what stops must be alike for all actors
        stops = tuple(name for name in stops if not name.startswith("s"))
    laws = (
        Always("always", read, partial(_says, seed, 0.9, "always")),
        Sometimes("sometimes", read, partial(_says, seed, 0.2, "sometimes")),
        AlwaysTold("told", partial(_told, seed)),
        SometimesTold("told once", partial(_is, 1)),
        NoDeadlock("ends", read, partial(_says, seed, 0.6, "ends")),
        Eventually("eventually", read, partial(_says, seed, 0.4, "eventually"), stops),
        *((Always("alike", tuple(one for block in blocks for one in block), partial(_sum, blocks)),) if blocks else ()),
    )
    return World(
        f"drawn {seed}",
        tuple(parts),
        tuple(actions),
        laws,
        Symmetry(blocks) if blocks else None,
        Progress({"clock": _itself}) if clock else None,
    )


def _action(  # noqa: PLR0913 - what an action is drawn from
    name: str,
    seed: int,
    reads: tuple[str, ...],
    writes: tuple[str, ...],
    actor: str | None,
    *,
    clock: bool,
    of: int = -1,
) -> Action:
    more = ("clock",) if clock else ()
    take = partial(_take, seed, name, reads, writes, clock)
    called = name if of < 0 else f"{name} {of}"
    return Action(called, (*reads, *more), (*writes, *more), take, actor)


def _take(  # noqa: PLR0913 - the same, and what it is handed
    seed: int,
    name: str,
    reads: tuple[str, ...],
    writes: tuple[str, ...],
    clock: bool,  # noqa: FBT001 - by place, as partial gives it
    at: Reading,
) -> Outcomes:
    """Look at some components in their order, as far as chance has it; give some ways."""
    if clock and at["clock"] >= CLOCK_MAX:
        return None
    seen: list[Any] = []
    for one in reads:
        seen.append(at[one])
        if _share(f"{seed} {name} {_order(reads, seen)} enough") < 1 / 5:
            break
    chance = Random(f"{seed} {name} {_order(reads, seen)}")  # noqa: S311
    if chance.random() < 1 / 3:
        return None
    more = {"clock": at["clock"] + 1} if clock else {}
    known = reads[: len(seen)]
    ways = []
    for way in range(chance.choice((1, 1, 2, 3))):
        written = {
            one: _written(one, known, at, chance) for one in chance.sample(writes, chance.randint(1, len(writes)))
        }
        told = (chance.randint(0, 3),) if chance.random() < 1 / 3 else ()
        ways.append(Outcome(written | more, told, f"way {way}"))
    return ways


def _written(name: str, known: tuple[str, ...], at: Reading, chance: Random) -> Any:  # noqa: ANN401 - of any component
    if not name.startswith("r"):
        return chance.randrange(VALUES)
    ranks = [one for one in known if one.startswith("r")]
    return chance.choice([NEXT, 0, *(at[one] for one in ranks)])


def _order(reads: tuple[str, ...], seen: list[Any]) -> list[Any]:
    """Give what was seen, of ranks their order only."""
    ranks = sorted({value for name, value in zip(reads, seen, strict=False) if name.startswith("r") and value})
    return [
        1 + ranks.index(value) if name.startswith("r") and value else value
        for name, value in zip(reads, seen, strict=False)
    ]


def _says(seed: int, share: float, law: str, at: Reading) -> bool:
    """Say of a state what chance has it, by the components that are no actor's."""
    return _share(f"{seed} {law} {[at[name] for name in _names(seed)]}") < share


@cache
def _names(seed: int) -> tuple[str, ...]:
    return tuple(f"c{one}" for one in range(Random(seed).randint(1, 3)))  # noqa: S311


@cache
def _share(drawn_from: str) -> float:
    return Random(drawn_from).random()  # noqa: S311


def _told(seed: int, told: object) -> bool:
    return not (told == 0 and seed % 3 == 0)


def _is(value: object, told: object) -> bool:
    return told == value


def _sum(blocks: tuple[tuple[str, ...], ...], at: Reading) -> bool:
    return bool(sum(at[one] for block in blocks for one in block) <= 2 * len(blocks) * len(blocks[0]) - 1)


def _itself(value: int) -> int:
    return value
