"""Claims about a world that is left in peace: what two refreshes of each window come to, and that it is not moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.model.memo.days import Span
from strandline.model.memo.events import Settled
from strandline.model.memo.memo import Limits
from strandline.model.memo.state import Scope, Window
from strandline.model.memo.world import init, step
from strandline.model.terms import Step
from strandline.properties.systems.memo.spec.quiet import GATES_MAX, settled
from strandline.properties.systems.memo.spec.worlds import EVER, P, Q

if TYPE_CHECKING:
    from strandline.model.memo.events import Event
    from strandline.model.memo.state import World

ENDED = Window(Span(None, 15), ended=True)
AMPLE = Limits()
FREE = Settled(exact=True, turns=1, cause=None, tested=0, keys=0, anchors=0, full=False)


def scope(*windows: Window, born_with: tuple[int, ...] = (0,), limits: Limits = AMPLE) -> Scope:
    return Scope(windows, (P, Q), (("start", 9), ("remove", 1)), born_with=born_with, limits=limits)


def peace(of: Scope, *steps: Step) -> list[Settled]:
    world = init(of)
    for action in steps:
        world, _ = step(world, of, action)
    return list(settled(world, of, lambda at, action: step(at, of, action), lambda at: at))


def test_in_a_quiet_world_the_second_refresh_reads_nothing() -> None:
    assert peace(scope(EVER)) == [FREE]


def test_each_window_that_has_not_ended_is_settled() -> None:
    assert [one.turns for one in peace(scope(EVER, ENDED, Window(Span(15, None))))] == [1, 0]
    assert peace(scope(ENDED)) == []


def test_a_world_with_a_refresh_in_flight_is_not_at_peace() -> None:
    assert peace(scope(EVER), Step("start", 1)) == []


def test_a_full_memo_is_told_from_one_that_is_not() -> None:
    (told,) = peace(scope(EVER, born_with=(0, 1), limits=Limits(sources=1)))
    assert (told.exact, told.turns, told.full, told.tested) == (True, 2, True, 1)


def test_a_missing_file_settles_with_nothing_read() -> None:
    assert peace(scope(EVER), Step("remove")) == [FREE._replace(turns=0)]


def test_a_world_is_not_moved_by_asking_what_becomes_of_it() -> None:
    of = scope(EVER)
    world = init(of)
    taken: list[World] = []

    def watched(at: World, action: Step) -> tuple[World, tuple[Event, ...]]:
        taken.append(at)
        return step(at, of, action)

    assert list(settled(world, of, watched, lambda at: at)) == [FREE]
    assert taken[0] == world == init(of)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_refresh_that_does_not_answer_is_not_exact(lost: int) -> None:
    """The first or the second one fails at its read."""
    of = scope(EVER)
    reads = 0

    def failing(at: World, action: Step) -> tuple[World, tuple[Event, ...]]:
        nonlocal reads
        reads += action.name == "read"
        fails = action.name == "read" and reads == lost
        return step(at, of, action._replace(name="fail") if fails else action)

    (told,) = settled(init(of), of, failing, lambda at: at)
    assert not told.exact


def test_a_refresh_that_never_ends_is_let_be_after_a_bounded_number_of_gates() -> None:
    of = scope(EVER)
    steps = 0

    def stuck(at: World, action: Step) -> tuple[World, tuple[Event, ...]]:
        nonlocal steps
        steps += 1
        return (at, ()) if action.name == "read" else step(at, of, action)

    (told,) = settled(init(of), of, stuck, lambda at: at)
    assert not told.exact
    assert steps <= 2 * (GATES_MAX + 1)
