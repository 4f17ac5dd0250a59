"""Claims about how often something can happen in a scope, worked out on paper."""

from __future__ import annotations

from dataclasses import replace

from strandline.model.memo.bounds import births_max, reach, uncounted
from strandline.model.memo.memo import Limits
from tests.model.memo.played import SCOPE, Play

ONE_WINDOW = replace(SCOPE, windows=SCOPE.windows[:1])


def test_rows_are_born_with_a_world_one_by_one_and_with_a_file_full_of_them() -> None:
    several = (
        ("append", 2),
        ("append and prune", 1),
        ("commit amid", 1),
        ("replace", 1),
        ("reissue", 2),
        ("delete", 5),
    )
    assert births_max(replace(SCOPE, budget=several)) == 1 + 4 + 2 * 3


def test_a_refresh_starts_over_for_each_file_that_leaves_the_path_and_loses_the_swap_to_each_other_memo_and_drop() -> (
    None
):
    moving = replace(ONE_WINDOW, budget=(("remove", 1), ("replace", 2), ("drop", 1), ("busy", 3), ("start", 4)))
    assert reach(moving) == {"tries": 3, "swaps": 4, "waits": 3}
    assert reach(replace(moving, refreshers=1))["swaps"] == 1


def test_where_windows_differ_in_width_the_swap_may_be_lost_as_often_as_it_may_be() -> None:
    assert reach(replace(SCOPE, budget=(("start", 1),)))["swaps"] == Limits().swaps


def test_a_count_that_cannot_come_to_its_bound_is_not_counted_and_without_a_budget_all_are() -> None:
    moving = replace(ONE_WINDOW, budget=(("replace", 2), ("busy", 2), ("start", 3)))
    assert uncounted(moving) == {"tries", "swaps", "waits"}
    assert uncounted(replace(moving, budget=(("replace", 3), ("busy", 3), ("start", 4)))) == frozenset()
    assert uncounted(replace(moving, budget=())) == frozenset()


def test_what_is_not_counted_stays_none() -> None:
    play = Play(replace(ONE_WINDOW, budget=(("busy", 2), ("start", 1)))).begin(0, "locate", "connect").do("busy", 0)
    assert (play.task().phase, play.task().waits) == ("read", 0)
