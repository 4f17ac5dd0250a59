"""A memo world of some scope with the real scanner in its tables, declared for the search."""

from __future__ import annotations

import atexit
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from strandline.model.memo import world as model
from strandline.model.memo.world import OF_A_REFRESHER
from strandline.properties.engines.exhaust.world import (
    AlwaysTold,
    Component,
    Progress,
    Rank,
    SometimesTold,
    Symmetry,
    World,
)
from strandline.properties.engines.records.shape import Shape
from strandline.properties.systems.memo.driver.ghosts import Ghosts
from strandline.properties.systems.memo.driver.plug import CODEX, Plug
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.memoworlds.declare import declared as of_model
from strandline.properties.systems.memo.memoworlds.declare import stepped
from strandline.properties.systems.memo.realworlds import refined
from strandline.properties.systems.memo.realworlds.bench import KEPT, OWN_MEMOS, SLOT_MEMO, STAND, Bench, Refinement, of
from strandline.properties.systems.memo.realworlds.scanner import Planting, Scanner
from strandline.properties.systems.memo.realworlds.settling import settling
from strandline.properties.systems.memo.realworlds.steps import DROP, RealSteps
from strandline.properties.systems.memo.realworlds.taker import Taker
from strandline.properties.systems.memo.realworlds.viewing import Viewer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.model.memo.state import Scope
    from strandline.properties.engines.exhaust.report import Work
    from strandline.properties.engines.exhaust.world import Action, Law


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
    plain, shape = of_model(scope), Shape(model.init(scope))
    scanner = Scanner(scope, templates, planting or nullcontext, audited=audited)
    viewer = Viewer(scope, templates.plug)
    bench = Bench(scope, shape, templates.plug, scanner, Ghosts(scope, scanner.one_shot), viewer, Refinement())
    told = tuple(law for law in plain.laws if isinstance(law, (AlwaysTold, SometimesTold)))
    laws: tuple[Law, ...] = (
        *told,
        *settling(bench),
        AlwaysTold(refined.NAME, refined.holds),
        SometimesTold(f"{refined.NAME}: a real step is the model's", refined.seen),
    )
    blocks = tuple(
        (*(part for part in block if part not in theirs(scope)), of(STAND, actor))
        for actor, block in enumerate(shape.blocks["tasks"])
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


def theirs(scope: Scope) -> frozenset[str]:
    """Give the parts of the model's world for which the scanner's has its own."""
    return frozenset({*SLOT_MEMO, *(of(part, actor) for part in OWN_MEMOS for actor in range(scope.refreshers))})


def _components(scope: Scope, plain: World) -> Iterator[Component | Rank]:
    yield from (component for component in plain.components if component.name not in theirs(scope))
    yield Component(KEPT, None)
    yield from (Component(of(STAND, actor), None) for actor in range(scope.refreshers))


def _actions(bench: Bench, plain: World) -> Iterator[Action]:
    steps: dict[str, RealSteps] = {}
    for action in plain.actions:
        kind, actor = stepped(action, "0")[:2]
        if kind not in OF_A_REFRESHER and kind != DROP:
            yield replace(action, take=partial(action.take))  # whole, it is held against the model in the model's world
            continue
        if kind not in steps:
            steps[kind] = RealSteps(bench, kind, action)
        yield replace(action, take=Taker(steps[kind].taken, actor))


def _progress(plain: Progress, viewer: Viewer) -> Progress:
    """Give the model's measure, of the real parts."""
    parts: dict[str, Callable[[object], int]] = {}
    inside: dict[str, dict[str, Callable[[object], int]]] = {}
    for part, weight in plain.parts.items():
        _, owner, name = (*part.split(".", 2), "")[:3]
        if name in OWN_MEMOS:
            inside.setdefault(of(STAND, int(owner)), {})[of(name)] = weight
        else:
            parts[part] = weight
    return Progress(parts | {part: partial(_weighed, viewer, weights) for part, weights in inside.items()})


def _weighed(viewer: Viewer, weights: dict[str, Callable[[object], int]], stand: object) -> int:
    seen = viewer.stand(stand)  # type: ignore[arg-type] # the value of that part
    return sum(weight(seen[name]) for name, weight in weights.items())
