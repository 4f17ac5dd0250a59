"""Claims about the size of the memo worlds: no part of one can be taken away without a change of its verdict.

A part is taken away by handing everybody who reads it what it held at first, whatever was written to it since. Were it
padding, the world without it would be smaller and its verdict the same: every law, every cover. Budgets
are left out: each is the bound that the claim names, and what it bounds is seen to happen in each world that has it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from strandline.model import terms
from strandline.model.memo import refresh
from strandline.model.memo import world as model
from strandline.model.memo.bounds import reach, uncounted
from strandline.model.memo.environment import put
from strandline.model.memo.events import Answered
from strandline.model.memo.memo import Limits
from strandline.model.memo.state import Scope
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import engine
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import (
    NEXT,
    Always,
    AlwaysTold,
    Component,
    Outcome,
    Rank,
    Sometimes,
    Symmetry,
    World,
    WorldError,
)
from strandline.properties.systems.memo.memoworlds.declare import declared
from strandline.properties.systems.memo.memoworlds.family import FAMILY
from strandline.properties.systems.memo.spec.worlds import EACH, EVER, WORLDS
from strandline.properties.systems.memo.tables import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.model.memo.state import Task
    from strandline.model.memo.state import World as State
    from strandline.properties.engines.exhaust.world import Action, Law, Reading, Value

pytestmark = pytest.mark.search

OF_A_TASK: Final = "tasks"

DECIDED: Final = {
    "given up": (
        "log births slot.head idle.link idle.clean idle.seen phase connection.link connection.clean unmoved swaps "
        "commit slot.commit ghost slot.observation connection.seen slot.body"
    ),
    "full": "slot.epoch trusted waits",
    "led away": "path tries",
    "held and rewritten": "backup",
}
"""The parts whose absence changes the verdict of a world, by world; a part of nobody named is a refresher's."""

NEEDED: Final = {"given up": "ask found beside", "led away": "connection.view"}
"""The parts without which a step of the model, or a law, cannot do: it raises where it looks for what is not there."""

ASTRAY: Final = "connection.left"
"""The part that decides on nothing but a scanner that stores what it has read of a file that the path had left."""

NAMES: Final = "serials"
"""The part that decides on nothing but a scanner that answers from a file that the path had left before it was asked.

Where a file was opened in a world of the family, the path had led to it since that refresh began: no connection that
could lead elsewhere is used again.
"""

IDLE: Final = frozenset({"base", "slot.forgotten", "idle.view", "idle.left"})
"""The parts that hold one value in every world of the family: nothing is read in parts, or kept though dropped."""


@pytest.fixture(autouse=True)
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask no step again in a fresh process, which would know nothing of what is taken away here."""
    monkeypatch.setattr(engine, "ask_again", lambda *_, **_options: None)
    monkeypatch.setattr(engine, "require_sendable", lambda _world: None)


def kind(part: str) -> str:
    """Give the name of a part without its owner and the number of that; parts of a refresher have it for an owner."""
    return ".".join(word for word in part.removeprefix(f"{OF_A_TASK}.").split(".") if not word.isdigit())


def kinds(scope: Scope) -> set[str]:
    names = {kind(component.name) for component in declared(scope).components}
    return {name for name in names if not name.startswith("left.")}


class Without:
    """Hands parts out, and of some of them what they held at first."""

    def __init__(self, at: Reading, first: dict[str, Value]) -> None:
        self._at = at
        self._first = first
        known: Any = getattr(at, "known", at)
        self.known: dict[str, Value] = {**known, **first}

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        return self._first[part] if part in self._first else self._at[part]


def without(world: World, *unwanted: str) -> World:
    """Declare a world without its parts of some kinds.

    Whoever reads one is handed what it held at first; of a rank none.
    """
    gone: dict[str, Value] = {
        part.name: 0 if isinstance(part, Rank) else part.initial
        for part in world.components
        if kind(part.name) in unwanted
    }
    assert set(map(kind, gone)) == set(unwanted)
    left = tuple(part for part in world.components if part.name not in gone)

    def kept(parts: Iterable[str]) -> tuple[str, ...]:
        return tuple(part for part in parts if part not in gone)

    def took(action: Action) -> Action:
        def take(at: Reading) -> Iterable[Outcome]:
            ways: Any = action.take(Without(at, gone))
            return [way._replace(writes={part: way.writes[part] for part in kept(way.writes)}) for way in ways]

        return replace(action, take=take)

    def judged(law: Law) -> Law:
        if isinstance(law, Always):
            return replace(law, reads=kept(law.reads or ()), holds=lambda at: law.holds(Without(at, gone)))
        if isinstance(law, Sometimes):
            return replace(law, reads=kept(law.reads or ()), seen=lambda at: law.seen(Without(at, gone)))
        return law

    return World(
        name=world.name,
        components=left,
        actions=tuple(map(took, world.actions)),
        laws=tuple(map(judged, world.laws)),
        symmetry=world.symmetry and Symmetry(tuple(map(kept, world.symmetry.blocks))),
    )


class Verdicts(NamedTuple):
    """Each law's verdict and whether it was seen, and the actions that never fired."""

    laws: dict[str, tuple[str, bool]]
    unfired: tuple[str, ...]


def verdicts(world: World) -> Verdicts:
    """Give the verdict on a world, with all that belongs to it; up to the first law that breaks, if any does."""
    found = search(world, first=True)
    broken = any(one.verdict is Verdict.VIOLATED for one in found.findings)
    assert broken or not found.ended
    return Verdicts({one.law: (one.verdict.value, one.reached > 0) for one in found.findings}, found.unfired)


@cache
def whole(name: str) -> Verdicts:
    """Give the verdict on a world as it is; no law breaks there, so that a law that does makes another one."""
    found = verdicts(declared(SCOPES[name]))
    assert "violated" not in {verdict for verdict, _ in found.laws.values()}
    return found


def each(parts: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, part) for name in parts for part in parts[name].split()]


@pytest.mark.parametrize(("name", "part"), each(DECIDED))
def test_without_a_part_the_verdict_on_a_world_is_another_one(name: str, part: str) -> None:
    assert verdicts(without(declared(SCOPES[name]), part)) != whole(name)


@pytest.mark.parametrize(("name", "part"), each(NEEDED))
def test_without_a_part_a_step_or_a_law_breaks(name: str, part: str) -> None:
    with pytest.raises(WorldError, match=r"raised (Attribute|Value|Type|Key)Error"):
        search(without(declared(SCOPES[name]), part))


def test_a_world_of_the_family_has_no_other_parts() -> None:
    known = {part for _, part in (*each(DECIDED), *each(NEEDED))}
    assert set().union(*map(kinds, FAMILY.values())) == known | {ASTRAY, NAMES, *IDLE}


@pytest.mark.parametrize(("name", "parts"), [("full", {"slot.forgotten"}), ("led away", IDLE)])
def test_parts_that_hold_one_value_make_no_world_larger(name: str, parts: frozenset[str]) -> None:
    kept, left = search(declared(SCOPES[name])).counts, search(without(declared(SCOPES[name]), *parts)).counts
    assert (kept.states, kept.transitions, kept.depth) == (left.states, left.transitions, left.depth)


CHECK: Final = refresh.STEPS["check"]


def trusts_its_file(world: State, scope: Scope, actor: int, task: Task) -> refresh.Moved:
    """Look at the path again only if the stored memo is of another file than the one that was read."""
    link, head = task.connection.link, world.slot.head
    if world.path is None or link is None or head is None or head.inode != link.inode:
        return CHECK(world, scope, actor, task)
    as_if = terms.replace(world, path=world.path._replace(inode=link.inode))
    after, events = CHECK(as_if, scope, actor, task)
    return terms.replace(after, path=world.path), events


def test_without_the_commits_to_a_file_that_the_path_has_left_a_scanner_that_stores_them_is_judged_wrongly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it stores is the newer one of two memos of one file; without the number nobody could tell."""
    monkeypatch.setitem(refresh.STEPS, "check", trusts_its_file)
    kept, left = (search(world) for world in (declared(SCOPES["gone"]), without(declared(SCOPES["gone"]), ASTRAY)))
    ((before,), (after,)) = ([one for one in found.findings if one.law == "M3"] for found in (kept, left))
    assert (before.verdict, after.verdict) == (Verdict.HOLDS, Verdict.VIOLATED)
    assert [len(trace.steps) for trace in after.traces] == [13]


LOCATE: Final = refresh.STEPS["locate"]


def takes_over(world: State, scope: Scope, actor: int, task: Task) -> refresh.Moved:
    """Read through the connection of another refresh, whatever file it is open to."""
    others = (one.connection for place, one in enumerate(world.tasks) if place != actor)
    opened = [one for one in others if one.link is not None and one.link.serial is not None]
    if world.path is None or not opened:
        return LOCATE(world, scope, actor, task)
    return put(world, actor, terms.replace(task, phase="read", connection=opened[0])), ()


def trusts_its_connection(world: State, scope: Scope, actor: int, task: Task) -> refresh.Moved:
    """Never look at the path again."""
    if world.path is None or task.connection.link is None:
        return CHECK(world, scope, actor, task)
    as_if = terms.replace(world, path=world.path._replace(inode=task.connection.link.inode))
    after, events = CHECK(as_if, scope, actor, task)
    return terms.replace(after, path=world.path), events


FIRST: Final = 1
"""The moment at which the row was born that the first file has."""


def of_a_file_that_the_path_led_to(told: object) -> bool:
    """Judge answers from all files but the first, which bears its number from the beginning: its row is born first."""
    return not isinstance(told, Answered) or told.led or any(row.nanos == FIRST for row in told.rows)


def test_without_the_number_of_files_an_answer_from_one_that_the_path_had_left_is_taken_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(refresh.STEPS, "locate", takes_over)
    monkeypatch.setitem(refresh.STEPS, "check", trusts_its_connection)
    world = replace(declared(SCOPES["led away"]), laws=(AlwaysTold("led", of_a_file_that_the_path_led_to),))
    kept, left = (search(one, first=True).findings[0] for one in (world, without(world, NAMES)))
    assert (kept.verdict, left.verdict) == (Verdict.VIOLATED, Verdict.HOLDS)


@pytest.mark.parametrize("part", ["odd", "rank", "shadow"])
def test_padding_is_told_from_a_part_that_decides_something(part: str) -> None:
    """A flag that turns over, a rank that is raised, one that copies it: a larger world, and nothing is decided."""
    assert verdicts(padded()) == verdicts(without(padded(), part)) == whole("given up")


def test_padding_makes_a_world_larger() -> None:
    assert search(padded()).counts.states > search(declared(SCOPES["given up"])).counts.states


def padded() -> World:
    """Give a world with parts that every check of a refresh changes and nobody needs."""
    world = declared(SCOPES["given up"])

    def padding(action: Action) -> Action:
        if not action.name.startswith("check"):
            return replace(action, take=partial(action.take))  # not taken whole, since the model has no such part

        def take(at: Reading) -> Iterable[Outcome]:
            ways: Any = action.take(at)
            more = {"odd": not at["odd"], "shadow": at["rank"], "rank": NEXT} if ways else {}
            return [way._replace(writes=way.writes | more) for way in ways]

        return replace(action, take=take)

    parts = (Component("odd", initial=False), Rank("rank", "padding", 0), Rank("shadow", "padding", 0))
    return replace(world, components=(*world.components, *parts), actions=tuple(map(padding, world.actions)))


def counted(scope: Scope) -> dict[str, int]:
    """Give how far each count of a refresh comes in any state that the model can reach, were none left out."""
    first = model.init(scope)
    known, waiting = {first}, [first]
    most = {"tries": 0, "swaps": 0, "waits": 0}
    while waiting:
        world = waiting.pop()
        for task in world.tasks:
            most = {count: max(high, getattr(task, count)) for count, high in most.items()}
        following = {model.step(world, scope, action)[0] for action in model.actions(world, scope)} - known
        known |= following
        waiting += following
    return most


def close(refreshers: int, starts: int, *budget: tuple[str, int]) -> Scope:
    """Give a scope with limits that nothing in it comes to, so that counts go as far as they can."""
    return Scope(
        windows=(EVER,),
        templates=(EACH,),
        refreshers=refreshers,
        limits=Limits(tries=9, swaps=9, waits=9),
        born_with=(0,),
        budget=(*budget, ("start", starts)),
    )


REACHES: Final = {
    "three side by side": close(3, 3),
    "one after the other": close(2, 3, ("append", 1)),
    "dropped": close(2, 2, ("drop", 2)),
    "alone and dropped": close(1, 2, ("drop", 1)),
    "led away": close(1, 2, ("remove", 1), ("replace", 2)),
    "reissued": close(1, 2, ("replace", 1), ("reissue", 1), ("remove", 1), ("hang up", 1)),
    "copied": close(1, 2, ("backup", 1), ("append", 1), ("copy", 1)),
    "busy": close(1, 2, ("busy", 2), ("fail", 1), ("cancel", 1)),
}


@pytest.fixture
def all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model count what it need not."""
    monkeypatch.setattr(refresh, "uncounted", lambda _scope: frozenset())


@pytest.mark.usefixtures("all_counted")
@pytest.mark.parametrize("name", REACHES)
def test_a_count_goes_no_further_than_it_is_said_to(name: str) -> None:
    scope = REACHES[name]
    assert uncounted(scope) == {"tries", "swaps", "waits"}
    assert all(most <= reach(scope)[count] for count, most in counted(scope).items())


@pytest.mark.usefixtures("all_counted")
@pytest.mark.parametrize("name", ["three", "gone", "faults", "drop", "empty"])
def test_a_count_that_is_left_out_of_a_small_world_never_comes_to_its_bound(name: str) -> None:
    scope = WORLDS[name]
    bounds = {"tries": scope.limits.tries, "swaps": scope.limits.swaps, "waits": scope.limits.waits + 1}
    assert uncounted(scope)
    assert all(counted(scope)[count] < bounds[count] for count in uncounted(scope))


def test_how_often_a_refresh_may_try_is_a_bound_of_the_world() -> None:
    """With a bound that it can come to, a refresh counts; with one that it cannot, it does not."""
    less = replace(WORLDS["three"], limits=Limits(swaps=2))
    assert (counted(WORLDS["three"])["swaps"], counted(less)["swaps"]) == (0, 1)
