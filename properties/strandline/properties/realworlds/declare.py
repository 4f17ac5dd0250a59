"""A memo world of some scope with the real scanner in its tables, declared for the search."""

from __future__ import annotations

import atexit
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.model import world as model
from strandline.model.refresh import FAULTS
from strandline.model.world import AMID
from strandline.properties.exhaust.world import (
    Action,
    AlwaysTold,
    Component,
    Progress,
    Rank,
    SometimesTold,
    Symmetry,
    World,
)
from strandline.properties.harness.ghosts import Ghosts
from strandline.properties.harness.plug import CODEX, Plug
from strandline.properties.harness.templates import Templates
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.declare import declared as of_model
from strandline.properties.memoworlds.parts import REST, changing, meant, of
from strandline.properties.memoworlds.steps import LATE
from strandline.properties.memoworlds.taker import ME, Taker
from strandline.properties.realworlds import refined
from strandline.properties.realworlds.bench import KEPT, OWN_PARTS, STAND, Bench, Refinement
from strandline.properties.realworlds.scanner import Planting, Scanner, Work
from strandline.properties.realworlds.settling import settling
from strandline.properties.realworlds.steps import RealSteps
from strandline.properties.realworlds.viewing import OWN_MEMOS, SLOT_MEMO, Viewer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.model.state import Scope
    from strandline.properties.exhaust.world import Law

READ: Final[dict[str, str]] = {
    "start": "gate / path serials",
    "cancel": "gate /",
    "drop": "/ slot.observation epoch kept",
    "locate": "gate link path idle stand / ask idle.clean idle.seen trusted log",
    "connect": "gate link path / log stand ask trusted ghost idle",
    AMID: "gate path link ask unmoved idle seen births / log clean view slot.observation epoch kept stand commit left "
    "trusted idle.clean slot.commit",
    "read": "gate ask unmoved idle seen path link / log clean view slot.observation epoch kept stand commit left "
    "trusted slot.commit",
    **dict.fromkeys(
        FAULTS,
        "gate seen path link / log clean view slot.observation epoch kept stand ask unmoved trusted idle commit left "
        "slot.commit",
    ),
    "check": "gate unmoved path link seen stand / ask trusted idle clean epoch kept slot.observation ghost slot.commit",
    "store": "gate ask unmoved idle ghost seen path link slot.commit slot.observation epoch kept stand / trusted clean",
}
"""What each kind of step of a refresher reads, said as in the worlds of the model.

Before the stroke in this order, the parts that tell most apart last; after it only if they are looked at.
"""

OWN: Final = " ".join((*(part for part in REST if part not in OWN_MEMOS), STAND))
SLOT: Final = "kept epoch slot.observation slot.commit unmoved+"
KEEPS: Final = "idle idle.clean idle.seen"

WRITTEN: Final[dict[str, str]] = {
    "start": OWN,
    "cancel": OWN,
    "drop": f"{SLOT} trusted+",
    "locate": f"{OWN} {KEEPS}",
    "connect": f"{OWN} {KEEPS}",
    "read": f"{OWN} {KEEPS} {SLOT}",
    AMID: f"{OWN} {KEEPS} {SLOT} log commit clean+ births",
    "fail": f"{OWN} {KEEPS} {SLOT}",
    "busy": f"{OWN} {KEEPS} {SLOT}",
    "check": f"{OWN} {KEEPS}",
    "store": f"{OWN} {KEEPS} {SLOT}",
}
"""What each kind may write."""


class RealWorld(NamedTuple):
    """A declared world, what it asks of the real scanner, and what it holds that against, both as of now."""

    world: World
    scanner: Scanner
    refinement: Refinement

    @property
    def work(self) -> Work:
        """What was asked of the scanner so far."""
        return self.scanner.work


@contextmanager
def real_world(
    scope: Scope, planting: Planting | None = None, plug: Plug = CODEX, *, audited: bool = False
) -> Iterator[RealWorld]:
    """Declare the world of a scope with the real scanner in it, for as long as the block runs.

    Args:
        scope: the bounds of the world.
        planting: puts a mutant in place of the shipped code while its block runs; None leaves the code as it is.
        plug: the table of its rows.
        audited: whether each step is audited.
    """
    with Templates(plug) as templates:
        yield declared(scope, planting, templates, audited=audited)


def declared(scope: Scope, planting: Planting | None, templates: Templates, *, audited: bool) -> RealWorld:
    """Declare the world of a scope with the real scanner in it, over these files.

    Raises:
        ValueError: the files are not of its rows.
    """
    templates.plug.require(scope)
    plain = of_model(scope)
    first, changes = parted(model.init(scope), scope), changing(scope)
    fixed = {part: value for part, value in first.items() if not changes(part) and part != "epoch"}
    scanner = Scanner(scope, templates, planting or nullcontext, audited=audited)
    viewer = Viewer(scope, templates.plug)
    bench = Bench(scope, templates.plug, scanner, Ghosts(scope, scanner.one_shot), viewer, fixed, Refinement())
    told = tuple(law for law in plain.laws if isinstance(law, (AlwaysTold, SometimesTold)))
    laws: tuple[Law, ...] = (
        *told,
        *settling(bench),
        AlwaysTold(refined.NAME, refined.holds),
        SometimesTold(f"{refined.NAME}: a real step is the model's", refined.seen),
    )
    blocks = tuple(
        tuple(part for name in OWN.split() if (part := of(name, actor)) not in fixed)
        for actor in range(scope.refreshers)
    )
    world = World(
        name=f"real {plain.name}",
        components=tuple(_components(scope, plain)),
        actions=tuple(_actions(bench, plain)),
        laws=laws,
        symmetry=Symmetry(blocks) if scope.refreshers > 1 else None,
        progress=_progress(plain.progress, viewer) if plain.progress is not None and planting is None else None,
        made_by=partial(_afresh, scope, planting, templates.plug),
    )
    return RealWorld(world, scanner, bench.refinement)


def _afresh(scope: Scope, planting: Planting | None, plug: Plug) -> World:
    """Declare the same world in a fresh process, with files of its own."""
    templates = Templates(plug)
    atexit.register(templates.close)
    return declared(scope, planting, templates, audited=False).world


def _components(scope: Scope, plain: World) -> Iterator[Component | Rank]:
    theirs = {*SLOT_MEMO, *(of(part, actor) for part in OWN_MEMOS for actor in range(scope.refreshers))}
    yield from (
        component for component in plain.components if component.name not in theirs and component.name != "epoch"
    )
    yield Component("epoch", 0)
    yield Component(KEPT, None)
    yield from (Component(of(STAND, actor), None) for actor in range(scope.refreshers))


def _actions(bench: Bench, plain: World) -> Iterator[Action]:
    steps: dict[str, RealSteps] = {}
    for action in plain.actions:
        actor = None if action.actor is None else int(action.actor)
        kind = action.name if actor is None else action.name.removesuffix(f" {actor}")
        bare = kind.removeprefix(LATE)
        if bare not in READ:
            yield action
            continue
        if kind not in steps:
            first, _, later = (tuple(meant(said, bench.scope, ME, OWN_PARTS)) for said in READ[bare].partition("/"))
            steps[kind] = RealSteps(bench, kind, action, first, frozenset((*first, *later)))
        spent = [f"budget.{bare}"] if bare in dict(bench.scope.budget) else []
        known = {component.name for component in _components(bench.scope, plain)}
        reads = dict.fromkeys((*spent, *meant(READ[bare].replace("/", ""), bench.scope, actor, OWN_PARTS)))
        writes = dict.fromkeys((*spent, *meant(WRITTEN[bare], bench.scope, actor, OWN_PARTS)))
        yield Action(
            action.name,
            tuple(part for part in reads if part in known),
            tuple(part for part in writes if part in known),
            Taker(steps[kind].taken, OWN_PARTS, actor),
            action.actor,
        )


def _progress(plain: Progress, viewer: Viewer) -> Progress:
    """Give the model's measure, of the real parts."""
    parts: dict[str, Callable[[object], int]] = {}
    inside: dict[str, dict[str, Callable[[object], int]]] = {}
    for part, weight in plain.parts.items():
        name, _, owner = part.partition(".")
        if name in OWN_MEMOS:
            inside.setdefault(of(STAND, int(owner)), {})[name] = weight
        else:
            parts[part] = weight
    return Progress(parts | {part: partial(_weighed, viewer, weights) for part, weights in inside.items()})


def _weighed(viewer: Viewer, weights: dict[str, Callable[[object], int]], stand: object) -> int:
    seen = viewer.stand(stand)  # type: ignore[arg-type] # the value of that part
    return sum(weight(seen[name]) for name, weight in weights.items())
