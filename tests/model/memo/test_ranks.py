"""Claims about ranks: only the order of observations and commits counts, and renumbering keeps it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strandline.model.memo.log import Log
from strandline.model.memo.ranks import canonical, commits, observations, ranks
from strandline.model.memo.state import Connection, Slot, Task, World
from strandline.model.terms import NEXT

SEEN, COMMITTED = 4, 7
"""How many observations and commits the world below remembers."""


def crowded(numbers: list[int]) -> World:
    """A world that remembers an observation and a commit in each place that can."""
    seen, committed = iter(numbers[:SEEN]), iter(numbers[SEEN:])

    def connection() -> Connection:
        return Connection(seen=next(seen), left=next(committed))

    return World(
        path=None,
        log=Log(),
        commit=next(committed),
        slot=Slot(observation=next(seen), commit=next(committed)),
        tasks=tuple(Task("check", connection=connection(), ghost=next(committed)) for _ in range(2)),
        idle=(Connection(seen=next(seen), left=next(committed)),),
        left=(),
    )


def remembered(world: World) -> tuple[list[int], list[int]]:
    return list(observations(world)), list(commits(world))


NUMBERS = st.lists(st.integers(1, 20), min_size=SEEN + COMMITTED, max_size=SEEN + COMMITTED)


def test_numbers_become_their_ranks_and_none_stays_none() -> None:
    assert ranks([7, 0, 3, 7, 9]) == {0: 0, 3: 1, 7: 2, 9: 3}
    assert ranks([]) == {0: 0}


def test_the_next_number_is_above_all_that_are_remembered() -> None:
    assert ranks([7, NEXT, 3]) == {0: 0, 3: 1, 7: 2, NEXT: 3}
    assert ranks([0, NEXT]) == {0: 0, NEXT: 1}


def test_every_place_that_remembers_a_number_is_renumbered() -> None:
    seen, committed = remembered(canonical(crowded(list(range(10, 10 + SEEN + COMMITTED)))))
    assert sorted(seen) == list(range(1, SEEN + 1))
    assert sorted(committed) == list(range(1, COMMITTED + 1))


def test_a_world_whose_numbers_are_ranks_already_is_the_very_same_value() -> None:
    world = canonical(crowded(list(range(10, 10 + SEEN + COMMITTED))))
    assert canonical(world) is world


@given(NUMBERS, st.integers(1, 5), st.integers(0, 100))
def test_relabelling_that_keeps_the_order_changes_nothing(numbers: list[int], factor: int, offset: int) -> None:
    stretched = [number * factor + offset for number in numbers]
    assert canonical(crowded(numbers)) == canonical(crowded(stretched))


@given(NUMBERS)
def test_canonical_keeps_the_order_and_is_done_after_once(numbers: list[int]) -> None:
    world = crowded(numbers)
    once = canonical(world)
    assert canonical(once) == once
    for before, after in zip(remembered(world), remembered(once), strict=True):
        pairs = [(one, other) for one in range(len(before)) for other in range(len(before))]
        assert all((before[one] < before[other]) == (after[one] < after[other]) for one, other in pairs)


@given(st.permutations(range(1, SEEN + COMMITTED + 1)))
def test_worlds_that_differ_in_the_order_of_anything_stay_apart(numbers: list[int]) -> None:
    ordered = canonical(crowded(list(range(1, SEEN + COMMITTED + 1))))
    same = canonical(crowded(numbers))
    first, second = numbers[:SEEN], numbers[SEEN:]
    assert (same == ordered) == (sorted(first) == first and sorted(second) == second)
