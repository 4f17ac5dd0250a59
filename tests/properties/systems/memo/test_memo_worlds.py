"""Claims about the memo worlds: the tables have the states and steps of a plain search; large worlds are pinned."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from strandline.model import terms
from strandline.model.memo import environment, memo, refresh
from strandline.model.memo import world as model
from strandline.model.memo.events import Failed
from strandline.model.memo.state import Scope, Slot
from strandline.model.memo.world import ELSEWHERE, OFFERED
from strandline.properties.core.space import Space
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import AlwaysTold
from strandline.properties.engines.reference import search as plain_search
from strandline.properties.systems.memo.memoworlds.covers import OTHERS
from strandline.properties.systems.memo.memoworlds.declare import declared
from strandline.properties.systems.memo.memoworlds.family import FAMILY, SOAK
from strandline.properties.systems.memo.memoworlds.judged import PROBED
from strandline.properties.systems.memo.memoworlds.shown import ASKED, COVERS, SHOWN, unshown
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.tables import SCOPES
from tests.properties.engines.exhaust.spelled import Spelled
from tests.properties.systems.memo import sizes

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.memo.state import Connection, Task, World
    from strandline.properties.engines.exhaust.world import World as Declared

pytestmark = pytest.mark.search

PINNED: Final = tomllib.loads(Path(__file__).with_name("worlds.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", WORLDS)
def test_the_tables_count_what_a_plain_search_of_the_same_records_counts(name: str) -> None:
    """Every state, every step of each kind, and how often each cover of what is told was seen."""
    pinned = PINNED[name]["model"]
    found = search(replace(declared(WORLDS[name]), symmetry=None))
    counts, firings = found.counts, Counter[str]()
    for action, times in counts.firings.items():
        firings[action.rstrip(" 012")] += times
    assert (counts.states, counts.transitions, counts.depth) == tuple(
        pinned[one] for one in ("states", "transitions", "depth")
    )
    assert firings == pinned["firings"]
    seen = {one.law.partition(":")[0]: one.reached for one in found.findings if ":" in one.law}
    assert {law: times for law, times in seen.items() if law in pinned["covers"] and law != PROBED} == {
        law: times for law, times in pinned["covers"].items() if law != PROBED
    }


STORE, FAIL, DECIDE, DROP = (
    refresh.STEPS["store"],
    refresh.STEPS["fail"],
    memo.write_back,
    environment.CHANGES["drop"],
)


def blind_store(world: World, scope: Scope, actor: int, task: Task) -> refresh.Moved:
    return STORE(world, scope, actor, terms.replace(task, unmoved=True))


def newest_takes_all(mine: memo.Memo, stored: memo.Memo | None, epoch: int) -> memo.WriteBack:
    decision = DECIDE(mine, stored, epoch)
    if stored is None or decision in {"put", "discard"}:
        return decision
    return "put" if mine.observation > stored.observation else "discard"


def drop_without_epoch(world: World, scope: Scope, arg: int) -> World | None:
    return terms.replace(DROP(world, scope, arg), slot=Slot(epoch=world.slot.epoch))


def always_unchanged(_connection: Connection, stored: memo.Memo, wanted: int) -> bool:
    return stored.coverage <= wanted


def no_limit(found: memo.Memo, _limits: memo.Limits) -> memo.Memo:
    return found


def empty_on_error(world: World, scope: Scope, actor: int, task: Task) -> refresh.Moved:
    after, _ = FAIL(world, scope, actor, task)
    return after, (Failed(actor, "io", answered=True, moved=False),)


class Planted(NamedTuple):
    """What is put into the model in place of what, a world, and the law that it breaks there."""

    where: Any
    name: str
    by: Callable[..., Any]
    world: str
    law: str


PLANTED: Final = (
    Planted(refresh.STEPS, "store", blind_store, "three", "M3"),
    Planted(refresh, "write_back", newest_takes_all, "wide and narrow", "M3"),
    Planted(environment.CHANGES, "drop", drop_without_epoch, "drop", "M8"),
    Planted(refresh, "_is_unchanged", always_unchanged, "torn", "M1"),
    Planted(refresh, "bounded", no_limit, "evicted", "M10"),
    Planted(refresh.STEPS, "fail", empty_on_error, "faults", "M2"),
)


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: mutant.by.__name__)
def test_a_mutant_of_the_model_breaks_the_same_law_of_the_declared_world_after_as_many_steps(
    mutant: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = WORLDS[mutant.world]
    plant = monkeypatch.setitem if isinstance(mutant.where, dict) else monkeypatch.setattr
    plant(mutant.where, mutant.name, mutant.by)
    space = Space(
        first=model.init(scope),
        actions=lambda world: model.actions(world, scope),
        step=lambda world, action: model.step(world, scope, action),
        probe=lambda _world: (),
    )
    found = plain_search(space, tuple(law for law in laws_of(scope) if law.number == mutant.law), 100_000)
    assert broken(declared(scope), mutant.law) == len(found.broken[mutant.law])


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
    assert shown - set(OTHERS) == set(PINNED[name]["model"]["covers"])
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
def test_a_small_world_is_said_to_show_exactly_the_covers_that_a_plain_search_saw(kind: str) -> None:
    seen = {name: tuple(sorted(PINNED[name][kind]["covers"], key=list(COVERS).index)) for name in WORLDS}
    assert seen == {name: tuple(one for one in SHOWN[name] if one in COVERS) for name in WORLDS}


def test_of_every_world_it_is_said_what_it_shows_and_large_worlds_together_show_everything() -> None:
    assert set(SHOWN) == set(SCOPES)
    assert unshown(FAMILY) == ()
    assert set(unshown(WORLDS)) <= set(OTHERS)


def test_a_soak_can_do_all_that_a_world_can_of_which_it_is_said_to_show_all() -> None:
    assert set(SHOWN["soak"]) >= set(SHOWN["forgotten"])
    less, more = dict(FAMILY["forgotten"].budget), dict(SOAK.budget)
    assert all(more[kind] >= count for kind, count in less.items())
    assert replace(SOAK, budget=()) == replace(FAMILY["forgotten"], budget=())


def test_every_two_kinds_of_action_meet_in_a_large_world() -> None:
    kinds = OFFERED - {ELSEWHERE, environment.REWRITE, "start"}  # codex writes over no row
    met = {pair for scope in FAMILY.values() for pair in combinations(sorted(dict(scope.budget)), 2)}
    assert met >= set(combinations(sorted(kinds), 2))
