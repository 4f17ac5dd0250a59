"""Claims about the core of a live thread: whatever comes in between, the row becomes the fold of the rollout."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from strandline.impl.threads.effects import (
    Cancel,
    Due,
    Expire,
    Lost,
)
from strandline.impl.threads.generation import Generation
from strandline.impl.threads.patch import at_rest, merge, patch, split_recency
from strandline.impl.threads.projector import resumed
from tests.impl.threads.world import TOUCH, World, at

MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("append", "append", "append and flush", "change", "flush", "persist"),
                *("write", "write", "write", "land", "land", "land", "unwritten", "fail", "fail and commit"),
                *("due", "due", "cancel", "expire", "lose", "damage", "shutdown", "discard"),
            ]
        ),
        st.integers(0, 7),
    ),
    max_size=40,
)


LINES = [
    patch({"title": "one", "updated_at": 1}),
    patch({"title": "two", "model": "m", "recency_at": 3}),
    patch({"model": "n"}),
    patch({"git_branch": None}),
    patch({"git_branch": "b", "updated_at": 4}),
    TOUCH,
    patch({"tokens": 5}),
    patch({"updated_at": 9}),
]


CHANGES = [
    patch({"title": "renamed"}, explicit=True),
    patch({"title": None}, explicit=True),
    patch({"model": "x"}, explicit=True),
    patch({"memory_mode": "on"}, explicit=True),
]


@settings(max_examples=300)
@given(MOVES, st.booleans())
def test_whatever_happens_the_row_becomes_the_fold_of_the_rollout_and_every_call_ends(
    moves: list[tuple[str, int]],
    begun: bool,  # noqa: FBT001 - drawn
) -> None:
    world = World()
    if begun:
        row = (at(1), LINES[0])
        world = World(resumed(at(2), merge(LINES[0], LINES[1]), row), [LINES[0], LINES[1]], row)
        world.feed(Due())
    for move, number in moves:
        play(world, move, number)
        if world.row is not None and world.work is None and world.row[0].rollout == "r":
            through = world.row[0].ordinal
            rest = split_recency(at_rest(world.fold(through)))[0]
            assert split_recency(world.row[1])[0] == rest, "a row is the fold of a prefix"
    world.settle()
    assert set(world.outcomes) == set(world.kinds), "every call ends"
    if world.state.gate == "open":
        if world.damaged:
            world.call("append", TOUCH)
        world.settle()
        flush = world.call("persist")
        world.settle()
        assert world.outcomes[flush].status == "done", "when failures stop, one barrier drains"
        assert world.row == (world.state.tail, at_rest(world.fold()))
        assert not world.state.pending
    elif world.state.gate == "discarded":
        assert world.row is None or world.work is None


def play(world: World, move: str, number: int) -> None:  # noqa: C901 - one case for each move
    match move:
        case "append" | "append and flush":
            world.call("append" if move == "append" else "append and flush", LINES[number])
        case "change":
            world.call("change", CHANGES[number % len(CHANGES)])
        case "flush" | "persist" | "shutdown" | "discard":
            if move in {"flush", "persist"} or number == 0:
                world.call("flush" if move == "flush" else move)
        case "write" | "unwritten" if world.mail:
            world.write(fails=move == "unwritten")
        case "land" | "fail" | "fail and commit" if world.work is not None:
            world.land(fails=move != "land", commits=move == "fail and commit")
        case "due" if world.armed is not None:
            world.armed = None
            world.feed(Due())
        case "cancel" | "expire" if world.kinds:
            ticket = number % len(world.kinds) + 1
            world.feed(Cancel(ticket) if move == "cancel" else Expire(ticket))
        case "lose" if world.work is None:
            world.row = None
            world.feed(Lost())
        case "damage" if world.row is not None and world.work is None:
            world.row = (Generation("other", 1, 1, "x"), CHANGES[0])
            world.damaged = True
