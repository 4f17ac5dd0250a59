"""Claims about the world of the model: where it starts, what it offers, and that a step leaves its inputs alone."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from strandline.model.days import Span
from strandline.model.environment import OFFERS
from strandline.model.events import Answered, Looked
from strandline.model.log import Log
from strandline.model.oracle import Turn
from strandline.model.state import BIRTH, Action, Scope, Slot, Template, Window, World, drafted
from strandline.model.world import actions, change, init, spend, step

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = 'turn{turn.id=p}: websocket request: {"type": "response.create", "service_tier": "priority"}'
SCOPE = Scope(
    windows=(Window(Span(None, None)),),
    templates=(Template(10, "t", None, REQUEST),),
    budget=(("append", 1), ("delete", 1), ("drop", 1), ("fail", 1), ("start", 2)),
    refreshers=2,
    born_with=(0,),
)


def walk(scope: Scope, steps: int) -> Iterator[tuple[World, Action]]:
    """Go through a world by always taking another one of the actions that are offered."""
    world = init(scope)
    for number in range(steps):
        offered = list(actions(world, scope))
        if not offered:
            return
        action = offered[number % len(offered)]
        yield world, action
        world, _ = step(world, scope, action)


def test_a_world_starts_with_its_rows_in_file_1_and_with_nothing_remembered() -> None:
    world = init(SCOPE)
    assert world.path is not None
    assert (world.path.serial, world.path.inode, world.path.commit) == (1, 1, 1)
    assert [(row.id, row.nanos) for row in world.log.rows] == [(1, 1)]
    assert (world.slot, world.tasks, world.idle, world.births) == (Slot(), (None, None), (), 1)
    assert world.left == (1, 1, 1, 1, 2)


def test_a_world_may_start_with_an_empty_log_that_is_a_commit_of_its_own() -> None:
    path = init(Scope(SCOPE.windows, SCOPE.templates, ())).path
    assert path is not None
    assert (path.log, path.commit) == (Log(), 1)


def test_what_the_budget_names_is_offered_until_it_is_used_up() -> None:
    world = init(SCOPE)
    assert Action("append") in list(actions(world, SCOPE))
    world, _ = step(world, SCOPE, Action("append"))
    assert "append" not in {action.name for action in actions(world, SCOPE)}
    assert world.left == (0, 1, 1, 1, 2)


def test_what_the_budget_does_not_name_is_never_offered() -> None:
    named = {name for name, _ in SCOPE.budget} | {"locate", "connect", "read", "check", "store"}
    assert {action.name for world, _ in walk(SCOPE, 40) for action in actions(world, SCOPE)} <= named


def test_a_refresh_in_flight_is_offered_exactly_its_gate() -> None:
    world, _ = step(init(SCOPE), SCOPE, Action("start", 1))
    assert [action for action in actions(world, SCOPE) if action.name == "locate"] == [Action("locate", 1)]
    assert not [action for action in actions(world, SCOPE) if action.name in {"connect", "read", "check", "store"}]


def test_a_gate_costs_nothing_of_the_budget() -> None:
    world, _ = step(init(SCOPE), SCOPE, Action("start", 0))
    after, _ = step(world, SCOPE, Action("locate", 0))
    assert after.left == world.left


def test_a_fault_is_taken_from_the_budget_like_a_change() -> None:
    world = init(SCOPE)
    for name in ("start", "locate", "connect", "fail"):
        world, _ = step(world, SCOPE, Action(name, 0))
    assert world.left == (1, 1, 1, 0, 1)
    assert world.tasks == (None, None)


def test_only_the_action_that_is_taken_is_taken_from_the_budget() -> None:
    assert spend(init(SCOPE), SCOPE, Action("drop")).left == (1, 1, 0, 1, 2)
    assert spend(init(SCOPE), SCOPE, Action("read", 0)) == init(SCOPE)


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
    one, other = Action("start", 0), Action("append")
    first, second = init(SCOPE), init(SCOPE)
    for action in (one, other):
        first, _ = step(first, SCOPE, action)
    for action in (other, one):
        second, _ = step(second, SCOPE, action)
    assert first == second


@pytest.mark.parametrize("gate", ["locate", "connect", "read", "check", "store", "fail", "busy"])
@pytest.mark.parametrize("actor", [0, 1, None])
def test_a_gate_at_which_no_refresh_waits_is_an_error(gate: str, actor: int | None) -> None:
    world, _ = step(init(SCOPE), SCOPE, Action("start", 0))
    if (gate, actor) == ("locate", 0):
        world, _ = step(world, SCOPE, Action("locate", 0))
    with pytest.raises(ValueError, match=f"no refresh waits at '{gate}' as actor {actor}"):
        step(world, SCOPE, Action(gate, actor))


def test_an_action_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        step(init(SCOPE), SCOPE, Action("no such action"))
    with pytest.raises(KeyError):
        change(init(SCOPE), SCOPE, Action("read", 0))


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
        world, _ = step(world, scope, Action(name, 0))
    world, _ = step(world, scope, Action("start", 1))
    assert [link.inode for link in world.links()] == [1]
    world, _ = step(world, scope, Action("locate", 1))
    assert ([link.inode for link in world.links()], world.idle) == ([1], ())
    world, _ = step(world, scope, Action("remove"))
    assert (world.log, len(world.links())) == (Log(), 1)


def reading() -> World:
    """Give a world in which a refresh is about to read."""
    world = init(SCOPE)
    for name in ("start", "locate", "connect"):
        world, _ = step(world, SCOPE, Action(name, 0))
    return world


def test_a_commit_amid_a_read_is_not_in_the_snapshot_of_that_read_but_in_the_log() -> None:
    world, events = step(reading(), SCOPE, Action("commit amid", 0))
    (looked,) = events
    assert isinstance(looked, Looked)
    assert [row.id for row in looked.rows] == [1]
    assert [row.id for row in world.log.rows] == [2]
    task = world.tasks[0]
    assert task is not None
    assert task.link is not None
    assert not task.link.clean


def test_a_commit_is_offered_amid_the_reads_of_the_file_that_the_path_leads_to() -> None:
    offer = OFFERS["commit amid"]
    assert list(offer(init(SCOPE), SCOPE)) == []
    assert list(offer(reading(), SCOPE)) == [Action("commit amid", 0)]
    replaced, _ = step(reading(), SCOPE, Action("replace"))
    assert list(offer(replaced, SCOPE)) == []


def test_a_refresh_elsewhere_answers_and_moves_nothing() -> None:
    before = reading()
    after, (answered,) = step(before, SCOPE, Action("elsewhere"))
    assert isinstance(answered, Answered)
    assert [turn.turn for turn in answered.turns if isinstance(turn, Turn)] == ["p"]
    assert (answered.named, answered.led, answered.actor in range(SCOPE.refreshers)) == (True, True, False)
    assert after == before
