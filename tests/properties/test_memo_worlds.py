"""Claims about the memo worlds in parts: they are the model's worlds, step for step, and nothing is read unnoticed."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from strandline.model import environment, memo, refresh
from strandline.model import world as model
from strandline.model.events import Failed
from strandline.model.state import Action, Scope, Slot
from strandline.model.world import ELSEWHERE
from strandline.properties.exhaust.chosen import SCOPES
from strandline.properties.exhaust.engine import search
from strandline.properties.exhaust.plain import Space
from strandline.properties.exhaust.plain import search as plain_search
from strandline.properties.exhaust.world import AlwaysTold, WorldError
from strandline.properties.laws import laws_of
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.declare import declared, stepped
from strandline.properties.memoworlds.family import FAMILY, SOAK
from strandline.properties.memoworlds.parts import changing
from strandline.properties.memoworlds.shown import ASKED, SHOWN, TWINS, unshown
from strandline.properties.memoworlds.sights import SIGHTS
from strandline.properties.verdict import Verdict
from strandline.properties.worlds import EVER, RECENT, WORLDS, P, Q
from tests.properties import sizes
from tests.properties.exhaust.spelled import Spelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.state import Link, Task, World
    from strandline.properties.exhaust.world import World as Declared
    from tests.properties.exhaust.spelled import Values

pytestmark = pytest.mark.search

STEPPED: Final = ("three", "torn", "drop", "faults", "evicted", "returned", "gone", "empty", "wide and narrow")
"""The worlds that are followed step for step; between them they have all that can happen but a copy and a reissue."""

PINNED: Final = tomllib.loads(Path(__file__).with_name("worlds.toml").read_text("utf-8"))

MORE: Final[dict[str, Scope]] = {
    "copied": Scope(
        windows=(EVER,),
        templates=(P, Q),
        refreshers=1,
        born_with=(0,),
        budget=(("append", 1), ("backup", 1), ("copy", 1), ("reset", 1), ("delete", 1), ("start", 2)),
    ),
    "reissued": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=2,
        born_with=(0,),
        budget=(("reissue", 1), ("hang up", 1), ("elsewhere", 1), ("append and prune", 1), ("start", 2)),
    ),
    "dropped twice": Scope(
        windows=(EVER, RECENT),
        templates=(Q,),
        refreshers=2,
        born_with=(0,),
        budget=(("drop", 2), ("append", 1), ("start", 2)),
    ),
}
"""And those."""


class Projected(NamedTuple):
    """A world of the model, and the state of the declared world that stands for it."""

    scope: Scope
    spelled: Spelled
    names: tuple[str, ...]

    @classmethod
    def of(cls, scope: Scope) -> Projected:
        spelled = Spelled(declared(scope))
        return cls(scope, spelled, tuple(component.name for component in spelled.world.components))

    def state(self, world: World) -> Values:
        """Cut a world, and number its ranks densely: those of parts that are not held do not count."""
        parts = parted(world, self.scope)
        return self.spelled.dense([parts[name] for name in self.names])

    def steps(self, state: Values) -> Counter[tuple[Action, Values]]:
        return Counter((stepped(taken.action, taken.outcome.label), taken.after) for taken in self.spelled.steps(state))


@pytest.mark.parametrize("name", [*STEPPED, *MORE])
def test_a_declared_world_takes_the_steps_of_the_model_and_no_others(name: str) -> None:
    """From every world that the model can reach; so what a declared world does not tell apart, leads on alike."""
    scope = {**WORLDS, **MORE}[name]
    cut = Projected.of(scope)
    first = model.init(scope)
    known: dict[World, Values] = {first: cut.state(first)}
    assert known[first] == cut.spelled.first
    steps: dict[Values, Counter[tuple[Action, Values]]] = {}
    waiting = [first]
    while waiting:
        world = waiting.pop()
        mine: Counter[tuple[Action, Values]] = Counter()
        for action in model.actions(world, scope):
            after, _ = model.step(world, scope, action)
            if after not in known:
                known[after] = cut.state(after)
                waiting.append(after)
            mine[action, known[after]] += 1
        if known[world] not in steps:
            steps[known[world]] = cut.steps(known[world])
        assert mine == steps[known[world]]
    assert {action.name for taken in steps.values() for action, _ in taken} >= {name for name, _ in scope.budget}


@pytest.mark.parametrize("name", [*WORLDS, *MORE])
def test_what_does_not_change_in_a_world_is_no_part_of_it(name: str) -> None:
    """A component that never changes makes no world larger, and one that is left out must be right for ever."""
    scope = {**WORLDS, **MORE}[name]
    names = {component.name for component in declared(scope).components}
    assert names == set(filter(changing(scope), parted(model.init(scope), scope)))


@pytest.mark.parametrize(
    ("name", "part"), [("delete", "log"), ("read 0", "slot"), ("check 0", "beside.0"), ("store 1", "found.1")]
)
def test_a_part_that_a_step_wants_and_does_not_declare_is_refused_by_name(name: str, part: str) -> None:
    world = declared(WORLDS["prune"])
    actions = tuple(
        replace(action, reads=tuple(read for read in action.reads if read != part)) if action.name == name else action
        for action in world.actions
    )
    with pytest.raises(WorldError, match=f"action {name!r} read {part!r}, which it did not declare"):
        search(replace(world, actions=actions))


@pytest.mark.parametrize(("name", "part"), [("delete", "clean.0"), ("read 0", "ghost.0"), ("store 1", "unmoved.0")])
def test_a_part_that_a_step_changes_and_does_not_declare_is_refused_by_name(name: str, part: str) -> None:
    """Among them what it does to a refresh that it never looked at."""
    world = declared(WORLDS["prune"])
    actions = tuple(
        replace(action, writes=tuple(write for write in action.writes if write != part))
        if action.name == name
        else action
        for action in world.actions
    )
    with pytest.raises(WorldError, match=f"action {name!r} wrote {part!r}, which it did not declare"):
        search(replace(world, actions=actions))


STORE, FAIL, DECIDE, DROP = (
    refresh.STEPS["store"],
    refresh.STEPS["fail"],
    memo.write_back,
    environment.CHANGES["drop"],
)


def blind_store(world: World, scope: Scope, actor: int, task: Task) -> refresh.Moved:
    return STORE(world, scope, actor, task._replace(stale=False))


def newest_takes_all(mine: memo.Memo, stored: memo.Memo | None, epoch: int) -> memo.WriteBack:
    decision = DECIDE(mine, stored, epoch)
    if stored is None or decision in {"put", "discard"}:
        return decision
    return "put" if mine.observation > stored.observation else "discard"


def drop_without_epoch(world: World, scope: Scope, action: Action) -> World:
    return replace(DROP(world, scope, action), slot=Slot(epoch=world.slot.epoch))


def always_unchanged(_link: Link, stored: memo.Memo, wanted: int) -> bool:
    return stored.coverage <= wanted


def no_limit(found: memo.Memo, _limits: memo.Limits) -> memo.Memo:
    return found


def empty_on_error(world: World, scope: Scope, actor: int, task: Task) -> refresh.Moved:
    after, _ = FAIL(world, scope, actor, task)
    return after, (Failed(actor, "io", answered=True, moved=False),)


class Flaw(NamedTuple):
    """What is put into the model in place of what, a world, and the law that it breaks there."""

    where: Any
    name: str
    by: Callable[..., Any]
    world: str
    law: str


FLAWS: Final = (
    Flaw(refresh.STEPS, "store", blind_store, "three", "M3"),
    Flaw(refresh, "write_back", newest_takes_all, "wide and narrow", "M3"),
    Flaw(environment.CHANGES, "drop", drop_without_epoch, "drop", "M8"),
    Flaw(refresh, "_is_unchanged", always_unchanged, "torn", "M1"),
    Flaw(refresh, "bounded", no_limit, "evicted", "M10"),
    Flaw(refresh.STEPS, "fail", empty_on_error, "faults", "M2"),
)


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.by.__name__)
def test_a_flaw_of_the_model_breaks_the_same_law_of_the_declared_world_after_as_many_steps(
    flaw: Flaw, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = WORLDS[flaw.world]
    plant = monkeypatch.setitem if isinstance(flaw.where, dict) else monkeypatch.setattr
    plant(flaw.where, flaw.name, flaw.by)
    space = Space(
        first=model.init(scope),
        actions=lambda world: model.actions(world, scope),
        step=lambda world, action: model.step(world, scope, action),
        probe=lambda _world: (),
    )
    found = plain_search(space, tuple(law for law in laws_of(scope) if law.number == flaw.law), 100_000)
    assert broken(declared(scope), flaw.law) == len(found.broken[flaw.law])


def broken(declaration: Declared, number: str) -> int | None:
    """Count the steps after which a law of what is told is first broken, None if it holds."""
    spelled = Spelled(declaration)
    (law,) = (law for law in spelled.world.laws if isinstance(law, AlwaysTold) and law.name == number)
    known, layer, depth = {spelled.first}, [spelled.first], 0
    while layer:
        depth += 1
        following = []
        for taken in (taken for state in layer for taken in spelled.steps(state)):
            if not all(law.holds(told) for told in taken.outcome.told):
                return depth
            if taken.after not in known:
                known.add(taken.after)
                following.append(taken.after)
        layer = following
    return None


@pytest.mark.parametrize("name", WORLDS)
def test_a_small_world_obeys_every_law_and_shows_what_its_plain_search_shows(name: str) -> None:
    found = search(declared(WORLDS[name]))
    assert not found.ended
    assert [finding for finding in found.findings if finding.verdict is Verdict.VIOLATED] == []
    shown = {finding.law.partition(":")[0] for finding in found.findings if finding.reached}
    assert shown - set(SIGHTS) == set(PINNED[name]["model"]["twins"])
    assert shown == set(SHOWN[name])


@pytest.mark.parametrize("name", FAMILY)
def test_a_large_world_obeys_every_law_and_has_exactly_the_size_that_is_pinned(name: str) -> None:
    found = search(declared(FAMILY[name]))
    assert not found.ended
    assert [finding for finding in found.findings if finding.verdict is Verdict.VIOLATED] == []
    assert (found.counts.states, found.counts.transitions, found.counts.depth) == sizes.MODEL[name]
    assert found.unfired == ()
    seen = (finding.law.partition(":")[0] for finding in found.findings if finding.reached)
    assert tuple(sorted(seen, key=list(ASKED).index)) == SHOWN[name]


@pytest.mark.parametrize("kind", ["model", "impl"])
def test_a_small_world_is_said_to_show_exactly_the_twins_that_a_plain_search_saw(kind: str) -> None:
    seen = {name: tuple(sorted(PINNED[name][kind]["twins"], key=list(TWINS).index)) for name in WORLDS}
    assert seen == {name: tuple(one for one in SHOWN[name] if one in TWINS) for name in WORLDS}


def test_of_every_world_it_is_said_what_it_shows_and_large_worlds_together_show_everything() -> None:
    assert set(SHOWN) == set(SCOPES)
    assert unshown(FAMILY) == ()
    assert set(unshown(WORLDS)) <= set(SIGHTS)


def test_a_soak_can_do_all_that_a_world_can_of_which_it_is_said_to_show_all() -> None:
    assert set(SHOWN["soak"]) >= set(SHOWN["forgotten"])
    less, more = dict(FAMILY["forgotten"].budget), dict(SOAK.budget)
    assert all(more[kind] >= count for kind, count in less.items())
    assert replace(SOAK, budget=()) == replace(FAMILY["forgotten"], budget=())


def test_every_two_kinds_of_action_meet_in_a_large_world() -> None:
    kinds = set(environment.OFFERS) - {ELSEWHERE, environment.REWRITE, "start"}  # codex writes over no row
    met = {pair for scope in FAMILY.values() for pair in combinations(sorted(dict(scope.budget)), 2)}
    assert met >= set(combinations(sorted(kinds), 2))
