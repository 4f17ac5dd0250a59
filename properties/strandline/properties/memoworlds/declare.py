"""A memo world of some scope, declared for the search: its parts, its actions, its laws."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from strandline.model import world as model
from strandline.model.refresh import FAULTS
from strandline.model.state import Action as Step
from strandline.model.world import AMID
from strandline.properties.exhaust.world import Action, Component, Rank, Symmetry, World
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.judged import laws
from strandline.properties.memoworlds.measured import progress
from strandline.properties.memoworlds.parts import REST, changing, meant, of, order_of
from strandline.properties.memoworlds.steps import LATE, Steps
from strandline.properties.memoworlds.taker import ME, Taker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.state import Scope

GATES: Final = ("locate", "connect", "read", "check", "store")
"""The gates of a refresh, whose steps no budget bounds."""

OF_A_REFRESHER: Final = frozenset({*GATES, *FAULTS, AMID, "start", "cancel", f"{LATE}store"})
"""The actions that each refresher has of its own."""

_READING: Final = "ask unmoved idle base found path link slot.observation slot"
_LOOKING: Final = "view log clean commit left slot.body seen epoch trusted"
_STORING: Final = "unmoved ask idle path link seen ghost slot.commit slot.observation slot found"

READ: Final[dict[str, str]] = {
    "append": "path births / log",
    "append and prune": "path births / log",
    "delete": "path / log",
    "empty": "path / log",
    "reset": "path / log",
    "backup": "path / log",
    "restore": "path backup / log",
    "copy": "path backup / log link+ seen+ clean+ commit",
    "remove": "path link+ idle / idle.clean log clean+ commit left+",
    "replace": "path link+ idle / serials births idle.clean log clean+ commit left+",
    "reissue": "path link+ idle / serials births idle.clean log clean+ commit left+",
    "drop": "/ epoch",
    "hang up": "idle /",
    "elsewhere": "/ path log",
    "start": "gate path / serials",
    "cancel": "gate /",
    "fail": "gate /",
    "busy": "gate / waits",
    "locate": "gate path idle / link ask idle.clean idle.seen",
    "connect": "gate path link / tries ask",
    "read": f"gate {_READING} / {_LOOKING}",
    "commit amid": f"gate births {_READING} / {_LOOKING}",
    "check": "gate link path / tries ask found beside swaps trusted ghost slot.commit slot idle clean seen "
    "slot.observation epoch",
    "store": f"gate {_STORING} / trusted epoch clean",
    f"{LATE}store": f"gate {_STORING} / swaps trusted epoch clean slot.body",
}
"""What each kind of action reads; what comes after the stroke only if it is looked at.

What stands before it is read in this order, the parts that tell most apart last: a step is tried anew for each value of
a part that it turns out to need, and so for all that was read before.

A plus stands for the part of every refresher, a bare name for that of the one who acts if refreshers have such a part.
"""

COMMITS: Final = "log commit clean+ idle.clean"
LEAVES: Final = "link+ view+ left+ clean+ idle idle.clean idle.seen path log commit"
OWN: Final = " ".join(REST)
KEEPS: Final = "idle idle.clean idle.seen"

WRITTEN: Final[dict[str, str]] = {
    "append": f"{COMMITS} births",
    "append and prune": f"{COMMITS} births",
    "delete": COMMITS,
    "empty": COMMITS,
    "reset": COMMITS,
    "backup": "backup",
    "restore": COMMITS,
    "copy": f"{COMMITS} path view+ left+",
    "remove": LEAVES,
    "replace": f"{LEAVES} serials births",
    "reissue": f"{LEAVES} serials births",
    "drop": "slot slot.body epoch slot.observation slot.commit unmoved+ trusted+",
    "hang up": KEEPS,
    "elsewhere": "",
    "start": OWN,
    "cancel": OWN,
    "fail": OWN,
    "busy": OWN,
    "locate": f"{OWN} {KEEPS}",
    "connect": OWN,
    "read": f"{OWN} {KEEPS}",
    "commit amid": f"{OWN} {KEEPS} {COMMITS} births",
    "check": f"{OWN} {KEEPS}",
    "store": f"{OWN} {KEEPS} slot slot.body epoch slot.observation slot.commit unmoved+",
}
"""What each kind of action may write, in the same way; a late store like any other, so that one that stores shows."""


def declared(scope: Scope) -> World:
    """Declare the world of a scope."""
    first, changes = parted(model.init(scope), scope), changing(scope)
    refreshers = tuple(range(scope.refreshers))
    return World(
        name="memo",
        components=tuple(
            Component(part, value) if (order := order_of(part)) is None else Rank(part, order, value)  # type: ignore[arg-type] # a number
            for part, value in sorted(first.items(), key=lambda one: order_of(one[0]) or "")
            if changes(part)
        ),
        actions=tuple(_actions(scope)),
        laws=laws(scope),
        symmetry=Symmetry(tuple(tuple(of(part, actor) for part in REST if changes(part)) for actor in refreshers))
        if scope.refreshers > 1
        else None,
        progress=progress(scope),
        made_by=partial(declared, scope),
    )


def stepped(action: Action, label: str) -> Step:
    """Give the action of the model that one way of a declared action stands for."""
    actor = int(action.actor) if action.actor is not None else None
    kind = action.name if actor is None else action.name.removesuffix(f" {actor}")
    return Step(kind.removeprefix(LATE), actor, int(label))


def _actions(scope: Scope) -> Iterator[Action]:
    changes = changing(scope)
    fixed = {part: value for part, value in parted(model.init(scope), scope).items() if not changes(part)}
    kinds = [*(name for name, _ in scope.budget), *GATES]
    if scope.refreshers > 1 or "drop" in kinds:
        kinds.append(f"{LATE}store")
    for kind in kinds:
        first, _, later = READ[kind].partition("/")
        steps = Steps(scope, kind, tuple(meant(first, scope, ME, REST)), fixed, gated=kind in OF_A_REFRESHER)
        for actor in range(scope.refreshers) if kind in OF_A_REFRESHER else (None,):
            spent = [f"budget.{kind}"] if kind in dict(scope.budget) else []
            reads = dict.fromkeys((*spent, *meant(first, scope, actor, REST), *meant(later, scope, actor, REST)))
            yield Action(
                name=kind if actor is None else f"{kind} {actor}",
                reads=tuple(filter(changes, reads)),
                writes=tuple(
                    filter(
                        changes, dict.fromkeys((*spent, *meant(WRITTEN[kind.removeprefix(LATE)], scope, actor, REST)))
                    )
                ),
                take=Taker(steps.taken, frozenset(REST), actor),
                actor=None if actor is None else str(actor),
            )
