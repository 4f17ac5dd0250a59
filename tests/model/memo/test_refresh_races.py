"""Claims about refreshes of the model that overtake each other, or that a drop comes into."""

from __future__ import annotations

from strandline.model.memo.events import Answered, Discarded, GaveUp, Outline, Stored
from strandline.model.memo.memo import OPEN, Limits
from strandline.model.memo.refresh import holding
from strandline.model.memo.state import Ghost, Scope
from tests.model.memo.played import READ, RECENT, SCOPE, Play, happened, names


def test_the_slower_of_two_refreshes_decides_again_and_gives_way_to_the_newer_memo() -> None:
    play = Play().begin(0, *READ, "check").do("append", None, 1).refresh(1)
    assert not play.task().unmoved
    slot = play.world.slot
    play.do("store", 0)
    assert happened(play) == [Discarded, Answered]
    (discarded, _) = play.last
    assert isinstance(discarded, Discarded)
    assert (discarded.mine.sources, discarded.theirs) == (
        1,
        Outline(slot.commit, 1, OPEN, forgotten=False, rows=slot.ghost and slot.ghost.rows),
    )
    assert names(play.answer()) == ["p"]
    assert [row.id for row in play.memo().sources] == [1, 2]


def test_the_newer_memo_is_stored_over_the_older_one_after_it_lost_the_swap() -> None:
    play = Play().begin(0, *READ, "check").do("append", None, 1).begin(1, *READ, "check").do("store", 0).do("store", 1)
    assert (play.last, play.task(1).phase, play.task(1).swaps, play.task(1).unmoved) == ((), "store", 1, True)
    older = play.world.slot
    assert happened(play.do("store", 1)) == [Stored, Answered]
    (stored, _) = play.last
    assert isinstance(stored, Stored)
    assert stored.mine.sources == 2
    assert (stored.old and stored.old.commit, stored.old and stored.old.rows) == (
        older.commit,
        older.ghost and older.ghost.rows,
    )
    assert [row.id for row in play.memo().sources] == [1, 2]


def test_a_wide_refresh_that_a_narrow_one_overtakes_is_topped_up_by_one_more_read() -> None:
    play = Play().begin(0, *READ).do("append", None, 1).refresh(1, RECENT)
    play.do("check", 0).do("store", 0)
    assert (play.task().phase, play.task().swaps) == ("read", 1)
    base = play.task().base
    assert base is not None
    assert base.memo is not None
    looked = play.do("read", 0).looked()
    known = holding(base.memo, Ghost(0, base.rows, forgotten=False))
    assert (looked.base, looked.stored, looked.tested) == (known, False, 1)
    assert play.task().trusted
    play.let(0, "check", "store")
    assert happened(play) == [Stored, Answered]
    assert (play.memo().coverage, [row.id for row in play.memo().sources]) == (OPEN, [1, 2])


def test_a_narrow_refresh_that_a_wide_one_overtakes_goes_on_from_the_wide_memo() -> None:
    """It read later, so its own memo would be the newer one, and would throw the wide one away."""
    play = Play().begin(0, *READ, "check").do("append", None, 1).begin(1, *READ, window=RECENT).do("store", 0)
    play.let(1, "check", "store")
    assert play.task(1).base == play.world.slot.body
    play.let(1, "read", "check", "store")
    assert (play.memo().coverage, [row.id for row in play.memo().sources]) == (OPEN, [1, 2])


def test_a_long_narrow_scan_that_a_wide_refresh_comes_into_goes_on_from_the_wide_memo() -> None:
    """It began without a memo and reads on from its own first part, so only the check shows it the wide one."""
    scope = Scope(SCOPE.windows, SCOPE.templates, SCOPE.budget, born_with=(0, 1), limits=Limits(chunk=1))
    play = Play(scope).begin(0, *READ, window=RECENT).refresh(1).let(0, "read", "check")
    assert (play.task().phase, play.task().swaps, play.task().base) == ("read", 1, play.world.slot.body)
    play.let(0, "read", "check", "store")
    assert (play.memo().coverage, [row.id for row in play.memo().sources]) == (OPEN, [1, 2])


def test_a_refresh_that_is_overtaken_again_and_again_answers_without_storing() -> None:
    """Each time a narrow refresh with newer rows comes first, and the wide one has to be topped up once more."""
    play = Play().begin(0, "locate", "connect")
    for swaps in range(Limits().swaps):
        assert (play.task().phase, play.task().swaps) == ("read", swaps)
        play.do("read", 0).do("append", None, 1).refresh(1, RECENT).let(0, "check", "store")
    assert happened(play) == [GaveUp, Answered]
    assert play.memo().coverage == 15


def test_a_memo_that_was_read_before_a_drop_is_not_stored_after_it() -> None:
    play = Play().begin(0, *READ, "check").do("drop").do("store", 0)
    assert happened(play) == [Discarded, Answered]
    assert (play.world.slot.memo, play.world.slot.epoch) == (None, 1)


def test_a_long_scan_that_a_drop_comes_into_does_not_outlive_it() -> None:
    scope = Scope(SCOPE.windows, SCOPE.templates, SCOPE.budget, born_with=(0, 1), limits=Limits(chunk=1))
    play = Play(scope).begin(0, *READ)
    assert (play.task().phase, play.task().base is None) == ("read", False)
    assert not play.do("drop").do("read", 0).task().trusted
    play.do("check", 0)
    assert happened(play) == [Discarded, Answered]
    assert (names(play.answer()), play.world.slot.memo) == (["p", "q"], None)


def test_to_give_way_at_the_check_is_no_lost_swap() -> None:
    """Nothing was to be swapped yet: even after all swaps but one it is thrown away, not given up."""
    scope = Scope(SCOPE.windows, SCOPE.templates, SCOPE.budget, born_with=(0, 1), limits=Limits(chunk=1))
    play = Play(scope).begin(0, *READ).do("drop").do("read", 0)
    assert happened(play.with_task(swaps=Limits().swaps - 1).do("check", 0)) == [Discarded, Answered]
