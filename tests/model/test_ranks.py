"""Claims about ranks: only the order of observations and commits counts, and renumbering keeps it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strandline.model.days import Span
from strandline.model.log import Log, Row
from strandline.model.memo import Memo
from strandline.model.ranks import canonical, commits, next_commit, next_observation, observations, ranks
from strandline.model.state import File, Ghost, Link, Slot, Task, Window, World

ROW = Row(1, 10, 1, None, None, None)
EVER = Window(Span(None, None))


def memo(observation: int) -> Memo:
    return Memo(0, 1, observation, 0, 1, (ROW,), (ROW,), ())


def ghost(commit: int) -> Ghost:
    return Ghost(commit, (ROW,), forgotten=False)


def crowded(numbers: list[int]) -> World:
    """A world that remembers six observations and seven commits, one in each place that can."""
    one, two, three, four, five, six = numbers[:6]
    file = File(1, 1, numbers[6], Log((ROW,), 1))
    task = Task(
        EVER,
        "check",
        frozenset({1}),
        link=Link(1, file._replace(commit=numbers[7]), seen=one),
        base=memo(two),
        base_ghost=ghost(numbers[8]),
        found=memo(three),
        ghost=ghost(numbers[9]),
        beside=Slot(memo(four), ghost(numbers[10])),
    )
    idle = Link(1, file._replace(commit=numbers[11]), seen=five)
    return World(file, Slot(memo(six), ghost(numbers[12])), (task, None), (idle,), ())


def remembered(world: World) -> tuple[list[int], list[int]]:
    return list(observations(world)), list(commits(world))


def test_numbers_become_their_ranks_and_none_stays_none() -> None:
    assert ranks([7, 0, 3, 7, 9]) == {0: 0, 3: 1, 7: 2, 9: 3}
    assert ranks([]) == {0: 0}


def test_every_place_that_remembers_a_number_is_counted_and_renumbered() -> None:
    world = crowded(list(range(10, 23)))
    seen, committed = remembered(world)
    assert sorted(seen) == list(range(10, 16))
    assert sorted(committed) == list(range(16, 23))
    seen, committed = remembered(canonical(world))
    assert sorted(seen) == list(range(1, 7))
    assert sorted(committed) == list(range(1, 8))


def test_the_next_number_is_above_all_that_are_remembered() -> None:
    world = crowded([4, 8, 6, 1, 2, 3, 9, 5, 7, 30, 11, 12, 13])
    assert (next_observation(world), next_commit(world)) == (9, 31)


def test_a_world_whose_numbers_are_ranks_already_is_the_very_same_value() -> None:
    world = canonical(crowded(list(range(10, 23))))
    assert canonical(world) is world


def test_what_is_not_there_is_not_renumbered() -> None:
    world = World(None, Slot(), (None, Task(EVER, "locate", frozenset())), (Link(1, None),), ())
    assert canonical(world) == world
    assert (next_observation(world), next_commit(world)) == (1, 1)


def test_in_a_world_that_remembers_nothing_the_first_number_is_1() -> None:
    nothing = World(None, Slot(), (), (), ())
    assert (next_observation(nothing), next_commit(nothing)) == (1, 1)


@given(st.lists(st.integers(1, 20), min_size=13, max_size=13), st.integers(1, 5), st.integers(0, 100))
def test_relabelling_that_keeps_the_order_changes_nothing(numbers: list[int], factor: int, offset: int) -> None:
    stretched = [number * factor + offset for number in numbers]
    assert canonical(crowded(numbers)) == canonical(crowded(stretched))


@given(st.lists(st.integers(1, 20), min_size=13, max_size=13))
def test_canonical_keeps_the_order_and_is_done_after_once(numbers: list[int]) -> None:
    world = crowded(numbers)
    once = canonical(world)
    assert canonical(once) == once
    for before, after in zip(remembered(world), remembered(once), strict=True):
        pairs = [(one, other) for one in range(len(before)) for other in range(len(before))]
        assert all((before[one] < before[other]) == (after[one] < after[other]) for one, other in pairs)


@given(st.permutations(range(1, 14)))
def test_worlds_that_differ_in_the_order_of_anything_stay_apart(numbers: list[int]) -> None:
    ordered = canonical(crowded(list(range(1, 14))))
    same = canonical(crowded(numbers))
    first, second = numbers[:6], numbers[6:]
    assert (same == ordered) == (sorted(first) == first and sorted(second) == second)
