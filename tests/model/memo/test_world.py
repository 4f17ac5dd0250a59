"""Claims about the world of the model: where it starts, what it offers, and that a step leaves its inputs alone."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from strandline.model.memo.days import Span
from strandline.model.memo.events import Answered, Looked, Stored
from strandline.model.memo.log import Log, delete
from strandline.model.memo.oracle import Turn
from strandline.model.memo.ranks import canonical
from strandline.model.memo.state import BIRTH, Connection, File, Scope, Slot, Task, Template, Window, World, drafted
from strandline.model.memo.world import PHASES, actions, change, init, offers, spend, step, table
from strandline.model.terms import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.events import Event

REQUEST = 'turn{turn.id=p}: websocket request: {"type": "response.create", "service_tier": "priority"}'
SCOPE = Scope(
    windows=(Window(Span(None, None)),),
    templates=(Template(10, "t", None, REQUEST),),
    budget=(("append", 1), ("delete", 1), ("drop", 1), ("fail", 1), ("start", 2)),
    refreshers=2,
    born_with=(0,),
)


def walk(scope: Scope, steps: int) -> Iterator[tuple[World, Step]]:
    """Go through a world by always taking another one of the actions that are offered."""
    world = init(scope)
    for number in range(steps):
        offered = list(actions(world, scope))
        if not offered:
            return
        action = offered[number % len(offered)]
        yield world, action
        world, _ = step(world, scope, action)


def left(world: World) -> tuple[int, ...]:
    return tuple(part.times for part in world.left)


def test_a_world_starts_with_its_rows_in_file_1_and_with_nothing_remembered() -> None:
    world = init(SCOPE)
    assert (world.path, world.commit) == (File(1, 1), 1)
    assert [(row.id, row.nanos) for row in world.log.rows] == [(1, 1)]
    assert (world.slot, world.tasks, world.idle, world.births) == (Slot(), (Task(), Task()), (Connection(),), 1)
    assert left(world) == (1, 1, 1, 1, 2)


def test_a_world_may_start_with_an_empty_log_that_is_a_commit_of_its_own() -> None:
    world = init(Scope(SCOPE.windows, SCOPE.templates, ()))
    assert (world.log, world.commit) == (Log(), 1)


def test_what_the_budget_names_is_offered_until_it_is_used_up() -> None:
    world = init(SCOPE)
    assert Step("append") in list(actions(world, SCOPE))
    world, _ = step(world, SCOPE, Step("append"))
    assert "append" not in {action.name for action in actions(world, SCOPE)}
    assert left(world) == (0, 1, 1, 1, 2)


def test_what_the_budget_does_not_name_is_never_offered() -> None:
    named = {name for name, _ in SCOPE.budget} | {"locate", "connect", "read", "check", "store"}
    assert {action.name for world, _ in walk(SCOPE, 40) for action in actions(world, SCOPE)} <= named


def test_a_refresh_in_flight_is_offered_exactly_its_gate() -> None:
    world, _ = step(init(SCOPE), SCOPE, Step("start", 1))
    assert [action for action in actions(world, SCOPE) if action.name == "locate"] == [Step("locate", 1)]
    assert not [action for action in actions(world, SCOPE) if action.name in {"connect", "read", "check", "store"}]


def test_a_gate_costs_nothing_of_the_budget() -> None:
    world, _ = step(init(SCOPE), SCOPE, Step("start", 0))
    after, _ = step(world, SCOPE, Step("locate", 0))
    assert after.left == world.left


def test_a_fault_is_taken_from_the_budget_like_a_change() -> None:
    world = init(SCOPE)
    for name in ("start", "locate", "connect", "fail"):
        world, _ = step(world, SCOPE, Step(name, 0))
    assert left(world) == (1, 1, 1, 0, 1)
    assert world.tasks == (Task(), Task())


def test_only_the_action_that_is_taken_is_taken_from_the_budget() -> None:
    assert left(spend(init(SCOPE), SCOPE, Step("drop"))) == (1, 1, 0, 1, 2)
    assert spend(init(SCOPE), SCOPE, Step("read", 0)) == init(SCOPE)


def test_every_step_that_is_offered_can_be_taken_and_leaves_its_inputs_as_they_were() -> None:
    """Else two branches of a search would see each other."""
    taken = set()
    for world, _ in walk(SCOPE, 40):
        before = copy.deepcopy(world)
        for action in actions(world, SCOPE):
            once, twice = step(world, SCOPE, action), step(world, SCOPE, action)
            assert once == twice
            assert world == before
            taken.add(action.name)
    assert taken >= {"append", "delete", "drop", "start", "locate", "connect", "read"}


def test_equal_worlds_are_one_state_to_a_search() -> None:
    worlds = [world for world, _ in walk(SCOPE, 40)]
    assert all(hash(copy.deepcopy(world)) == hash(world) for world in worlds)


def test_the_order_of_two_changes_that_do_not_meet_does_not_matter() -> None:
    one, other = Step("start", 0), Step("append")
    first, second = init(SCOPE), init(SCOPE)
    for action in (one, other):
        first, _ = step(first, SCOPE, action)
    for action in (other, one):
        second, _ = step(second, SCOPE, action)
    assert first == second


@pytest.mark.parametrize("gate", ["locate", "connect", "read", "check", "store", "fail", "busy"])
@pytest.mark.parametrize("actor", [0, 1, None])
def test_a_gate_at_which_no_refresh_waits_is_an_error(gate: str, actor: int | None) -> None:
    world, _ = step(init(SCOPE), SCOPE, Step("start", 0))
    if (gate, actor) == ("locate", 0):
        world, _ = step(world, SCOPE, Step("locate", 0))
    who = "" if actor is None else f" as actor {actor}"
    with pytest.raises(ValueError, match=f"'{gate}'{who} cannot be taken here with argument 0"):
        step(world, SCOPE, Step(gate, actor))


def test_an_action_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        step(init(SCOPE), SCOPE, Step("no such action"))
    with pytest.raises(KeyError):
        change(init(SCOPE), SCOPE, Step("read", 0))


def test_a_draft_is_its_template_with_the_next_moment_of_birth() -> None:
    assert drafted(init(SCOPE), SCOPE, 0) == (10, 2, "t", None, REQUEST)


def test_a_template_can_give_each_row_that_is_made_of_it_a_text_of_its_own() -> None:
    scope = replace(SCOPE, templates=(Template(10, "t", None, f"turn {BIRTH}"),))
    world = init(scope)
    assert drafted(world, scope, 0).body == f"turn {world.births + 1}"
    assert drafted(replace(world, births=7), scope, 0).body == "turn 8"


def test_a_world_without_a_file_has_no_rows_and_its_links_are_those_of_refreshes_and_idle_ones() -> None:
    scope = Scope(SCOPE.windows, SCOPE.templates, (("remove", 1), ("start", 2)), refreshers=2, born_with=(0,))
    world = init(scope)
    for name in ("start", "locate", "connect", "read", "check", "store"):
        world, _ = step(world, scope, Step(name, 0))
    world, _ = step(world, scope, Step("start", 1))
    assert [link.inode for link in world.links] == [1]
    world, _ = step(world, scope, Step("locate", 1))
    assert ([link.inode for link in world.links], world.idle) == ([1], (Connection(),))
    world, _ = step(world, scope, Step("remove"))
    assert (world.log, len(world.links)) == (Log(), 1)


def reading() -> World:
    """Give a world in which a refresh is about to read."""
    world = init(SCOPE)
    for name in ("start", "locate", "connect"):
        world, _ = step(world, SCOPE, Step(name, 0))
    return world


def test_a_commit_amid_a_read_is_not_in_the_snapshot_of_that_read_but_in_the_log() -> None:
    world, events = step(reading(), SCOPE, Step("commit amid", 0))
    (looked,) = events
    assert isinstance(looked, Looked)
    assert [row.id for row in looked.rows] == [1]
    assert [row.id for row in world.log.rows] == [2]
    assert not world.tasks[0].connection.clean


def test_a_commit_is_offered_amid_the_reads_of_the_file_that_the_path_leads_to() -> None:
    replaced, _ = step(reading(), SCOPE, Step("replace"))
    for world, expected in ((init(SCOPE), []), (reading(), [Step("commit amid", 0)]), (replaced, [])):
        assert list(offers(world, SCOPE, "commit amid")) == expected


def test_a_refresh_elsewhere_answers_and_moves_nothing() -> None:
    before = reading()
    after, (answered,) = step(before, SCOPE, Step("elsewhere"))
    assert isinstance(answered, Answered)
    assert [turn.turn for turn in answered.turns if isinstance(turn, Turn)] == ["p"]
    assert (answered.named, answered.led, answered.actor in range(SCOPE.refreshers)) == (True, True, False)
    assert after == before


def taken(world: World, scope: Scope) -> Iterator[tuple[Step, World, tuple[Event, ...]]]:
    """Take every step of a world by the table of its scope, as a search does."""
    for action in table(scope):
        for actor in (None,) if action.by is None else range(len(world.tasks)):
            for arg in action.args:
                went = action.take(world, *(() if actor is None else (actor,)), arg)
                if went is not None:
                    yield Step(action.name, actor, arg), canonical(went[0]), went[1]


WIDE = Scope(
    windows=(Window(Span(None, None)), Window(Span(15, None))),
    templates=(Template(10, "t", None, REQUEST), Template(20, "u", None, "nothing")),
    budget=tuple(
        (name, 2)
        for name in (
            *("append", "append and prune", "delete", "rewrite", "empty", "reset", "backup", "restore", "copy"),
            *("remove", "replace", "reissue", "drop", "hang up", "start", "cancel", "fail", "busy", "commit amid"),
            "elsewhere",
        )
    ),
    refreshers=2,
    born_with=(0,),
    rewrites=(lambda log, row_id, _draft: delete(log, row_id),),
)


def test_the_table_takes_the_steps_that_are_offered_and_no_others() -> None:
    """One definition in two forms: a guard that is asked, and a guard inside of a step."""
    for world, _ in walk(WIDE, 120):
        steps = {one: (after, events) for one, after, events in taken(world, WIDE)}
        assert sorted(steps, key=repr) == sorted(actions(world, WIDE), key=repr)
        for one, (after, events) in steps.items():
            again, told = step(world, WIDE, one)
            assert (again, list(map(type, told))) == (after, list(map(type, events)))


def test_a_table_has_the_gates_of_a_refresh_and_what_the_budget_names() -> None:
    names = [action.name for action in table(SCOPE)]
    assert names == [*(name for name, _ in SCOPE.budget), *PHASES]


def test_a_memo_that_another_one_met_is_told_with_its_rows_for_people() -> None:
    world = init(SCOPE)
    for one in ("start", "locate", "connect", "read", "check", "store", "append", "start", "locate", "read", "check"):
        world, _ = step(world, SCOPE, Step(one, None if one == "append" else 0))
    _, (stored, _) = step(world, SCOPE, Step("store", 0))
    assert isinstance(stored, Stored)
    assert stored.old is not None
    assert [row.id for row in stored.old.rows or ()] == [1]
