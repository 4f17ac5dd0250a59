"""Claims about a refresh that reads or stores more than once: a long log, and a swap that is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.effects import Check, Located, Lost, ReadLog, Swap
from strandline.impl.memo.refresh import Checking, Reading, State, Storing, Tally, step
from strandline.impl.memo.store import Joined, Slot
from tests.impl.memo.refreshes import ASK, HERE, LIMITS, SPAN, answered, going, memo, seen, turns

if TYPE_CHECKING:
    from strandline.impl.memo.memo import Memo

# A log that takes more than one read


def test_a_read_goes_on_from_its_own_memo_until_the_log_ends() -> None:
    state: State = Reading(ASK, Tally(), HERE)
    state, effect = going(step(state, seen(memo(1), complete=False, rows=2)))
    assert (state, effect) == (
        Reading(ASK, Tally(rows=2, transactions=1), HERE, memo(1), 1),
        ReadLog(10, memo(1)),
    )
    state, effect = going(step(state, seen(memo(2), Slot(7), rows=1)))
    assert isinstance(state, Checking)
    assert (state.tally.rows, state.tally.transactions, state.slot, effect) == (3, 2, Slot(7), Check())


def test_a_log_that_does_not_end_within_its_reads_is_unavailable() -> None:
    state: State = Reading(ASK, Tally(), HERE)
    for observation in range(1, LIMITS.chunks):
        state, effect = going(step(state, seen(memo(observation), complete=False)))
        assert isinstance(effect, ReadLog)
    outcome = step(state, seen(memo(9), complete=False))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "too many rewinds"


def test_the_first_cause_of_a_full_read_is_the_one_that_is_told() -> None:
    state, _ = going(step(Reading(ASK, Tally(cause="anchors lost"), HERE), seen(memo())))
    assert isinstance(state, Checking)
    assert state.tally.cause == "anchors lost"


# A swap that is lost


def storing(mine: Memo, swaps: int = 0) -> Storing:
    return Storing(ASK, Tally(swaps=swaps), HERE, mine, Joined(SPAN, turns(1)), 0)


def test_after_a_lost_swap_what_is_older_is_thrown_away_and_the_answer_given() -> None:
    """H03, H11: the stored memo is newer, whatever its cursor and its sources are."""
    answer = answered(step(storing(memo(1)), Lost(Slot(1, 0, memo(2, rows=0)))))
    assert (answer.turns, answer.statistics.stored, answer.statistics.lost_swaps) == (turns(1), False, 1)


def test_after_a_lost_swap_what_is_newer_is_swapped_in_against_the_new_version() -> None:
    state, effect = going(step(storing(memo(2)), Lost(Slot(5, 0, memo(1)))))
    assert effect == Swap(5, memo(2), ASK.joined(memo(2).sources))
    assert isinstance(state, Storing)
    assert (state.version, state.tally.swaps) == (5, 1)


def test_after_a_lost_swap_the_wider_of_two_memos_is_topped_up() -> None:
    """H09: neither is thrown away, so neither costs a full read later."""
    wide, narrow = memo(1, 0), memo(2, 5)
    assert going(step(storing(wide), Lost(Slot(1, 0, narrow))))[1] == ReadLog(10, wide)
    wide, narrow = memo(1, 0), memo(2, 5)
    assert going(step(storing(narrow), Lost(Slot(1, 0, wide))))[1] == ReadLog(10, wide)


def test_a_memo_that_was_dropped_meanwhile_is_not_stored_and_the_answer_is_given() -> None:
    """H13: a refresh in flight stores after the drop."""
    answer = answered(step(storing(memo(9)), Lost(Slot(3, 1, None))))
    assert (answer.turns, answer.statistics.stored) == (turns(1), False)


def test_after_as_many_lost_swaps_as_it_may_a_refresh_answers_without_storing() -> None:
    state: State = storing(memo(9))
    for swaps in range(1, LIMITS.swaps):
        state, effect = going(step(state, Lost(Slot(swaps, 0, memo(swaps)))))
        assert isinstance(effect, Swap)
    answer = answered(step(state, Lost(Slot(8, 0, memo(8)))))
    assert (answer.turns, answer.statistics.stored, answer.statistics.lost_swaps) == (turns(1), False, LIMITS.swaps)


def test_a_refresh_that_wider_ones_overtake_again_and_again_ends() -> None:
    state: State = storing(memo(1, 1_000))
    following = step(state, Lost(Slot(1, 0, memo(2, 2_000))))
    for observation in range(3, 103):
        if not isinstance(following, tuple):
            break
        state, effect = following
        assert isinstance(effect, ReadLog)
        assert effect.base is not None
        mine = memo(observation, effect.base.coverage)
        wider = memo(observation - 1, mine.coverage - 1)
        state, _ = going(step(state, seen(mine, Slot(observation, 0, wider))))
        following = step(state, Located(HERE))
    assert isinstance(following, Answer)
