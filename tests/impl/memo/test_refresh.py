"""Claims about the core of a refresh: what it does next in every state, whatever an effect found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer, Statistics, Unavailable
from strandline.impl.memo.codex import summarize
from strandline.impl.memo.effects import (
    Check,
    Connect,
    Connected,
    Failure,
    Glimpsed,
    Locate,
    Located,
    Lost,
    Missing,
    Pause,
    ReadDate,
    ReadLog,
    ReadOnce,
    Rested,
    Result,
    Swap,
    Swapped,
    Unchanged,
)
from strandline.impl.memo.memo import OPEN, Place
from strandline.impl.memo.refresh import (
    Ask,
    Checking,
    Connecting,
    Dating,
    Locating,
    Reading,
    Resting,
    State,
    Storing,
    Tally,
    locate,
    start,
    step,
)
from strandline.impl.memo.scan import Glance
from strandline.impl.memo.store import Joined, Slot
from strandline.impl.memo.window import Span, Window
from tests.impl.memo.refreshes import ASK, HERE, LIMITS, SPAN, answered, going, memo, seen, turns

UTC = ZoneInfo("UTC")


DAY = 86_400


ELSEWHERE = Place(1, 2)


ON_ANOTHER_DISK = Place(0, 1)


ENDED = Ask(SPAN, ended=True, limits=LIMITS)


BUSY = Failure("busy", "locked")


def joined(*rows: int) -> Joined:
    """What the rows make for the span, and a row that was skipped."""
    return Joined(SPAN, turns(*rows), "said", (("null", 1),))


def glimpsed(rows: int = 1) -> Glimpsed:
    return Glimpsed(Glance(turns(1), memo().snapshot, rows, (("null", 1),), "said"))


STATES: dict[str, State] = {
    "dating": Dating(Window(None, None, UTC), LIMITS),
    "locating": Locating(ASK),
    "connecting": Connecting(ASK, Tally(), HERE),
    "reading": Reading(ASK, Tally(), HERE),
    "resting": Resting(Reading(ASK, Tally(), HERE)),
    "checking": Checking(ASK, Tally(), HERE, memo(), Slot()),
    "storing": Storing(ASK, Tally(), HERE, memo(), Joined(SPAN, turns(1)), 0),
}


RESULTS: dict[str, Result] = {
    "date": date(2026, 1, 1),
    "located": Located(HERE),
    "missing": Missing(),
    "connected": Connected(),
    "observed": seen(memo()),
    "unchanged": Unchanged(Slot(memo=memo())),
    "glimpsed": glimpsed(),
    "swapped": Swapped(),
    "lost": Lost(Slot()),
    "rested": Rested(),
    "failure": Failure("io", "the disk is gone"),
}


POSSIBLE = {
    "dating": {"date"},
    "locating": {"located", "missing"},
    "connecting": {"connected", "missing"},
    "reading": {"observed", "unchanged", "glimpsed"},
    "resting": {"rested"},
    "checking": {"located", "missing"},
    "storing": {"swapped", "lost"},
}


PAIRS = [(state, result) for state in STATES for result in RESULTS]


@pytest.mark.parametrize(("state", "result"), [pair for pair in PAIRS if pair[1] in POSSIBLE[pair[0]]])
def test_what_an_effect_can_find_leads_on_or_to_an_answer(state: str, result: str) -> None:
    following = step(STATES[state], RESULTS[result])
    assert isinstance(following, (tuple, Answer))


@pytest.mark.parametrize(
    ("state", "result"), [pair for pair in PAIRS if pair[1] not in POSSIBLE[pair[0]] | {"failure"}]
)
def test_what_an_effect_cannot_find_is_a_mistake_of_the_caller(state: str, result: str) -> None:
    with pytest.raises(TypeError, match=f"^{type(STATES[state]).__name__} cannot end in "):
        step(STATES[state], RESULTS[result])


@pytest.mark.parametrize("state", STATES)
def test_a_failure_ends_a_refresh_in_every_state_and_names_its_reason(state: str) -> None:
    """H10: nothing is stored and no cursor moves, since no effect follows."""
    assert step(STATES[state], RESULTS["failure"]) == Unavailable("io", "the disk is gone")


@pytest.mark.parametrize("state", [state for state in STATES if state != "reading"])
def test_only_a_read_waits_for_a_busy_log(state: str) -> None:
    assert step(STATES[state], BUSY) == Unavailable("busy", "locked")


# From the window to the file


def test_a_refresh_begins_with_the_date_in_the_zone_of_its_window() -> None:
    window = Window(None, None, UTC)
    assert start(window, LIMITS) == (Dating(window, LIMITS), ReadDate(UTC))


@pytest.mark.parametrize(("today", "ended"), [(2, False), (3, True)])
def test_a_window_has_ended_the_day_after_its_last_day(today: int, *, ended: bool) -> None:
    window = Window(date(1970, 1, 2), date(1970, 1, 2), UTC)
    following = step(Dating(window, LIMITS), date(1970, 1, today))
    assert following == (Locating(Ask(Span(DAY, 2 * DAY), ended, LIMITS)), Locate())
    assert following == locate(Ask(Span(DAY, 2 * DAY), ended, LIMITS))


def test_no_file_is_an_empty_answer_that_says_so() -> None:
    nothing = summarize((), SPAN)
    assert step(Locating(ASK), Missing()) == Answer((), None, Statistics("missing", tries=1), (), nothing)


def test_a_file_without_a_connection_is_connected_to() -> None:
    assert step(Locating(ASK), Located(HERE)) == (Connecting(ASK, Tally(), HERE), Connect())


def test_a_kept_connection_is_read_through_at_once() -> None:
    assert step(Locating(ASK), Located(HERE, connected=True)) == (Reading(ASK, Tally(), HERE), ReadLog(10, None))


def test_a_new_connection_is_read_through() -> None:
    assert step(Connecting(ASK, Tally(), HERE), Connected()) == (Reading(ASK, Tally(), HERE), ReadLog(10, None))


def test_a_window_without_a_first_day_wants_all_there_is() -> None:
    ask = replace(ASK, span=Span(None, 90))
    assert going(step(Connecting(ask, Tally(), HERE), Connected()))[1] == ReadLog(OPEN, None)


def test_a_window_that_has_ended_is_read_once() -> None:
    assert step(Connecting(ENDED, Tally(), HERE), Connected()) == (Reading(ENDED, Tally(), HERE), ReadOnce(SPAN))


# A file that is replaced


@pytest.mark.parametrize(
    ("state", "result"),
    [
        (Connecting(ASK, Tally(), HERE), Missing()),
        (Checking(ASK, Tally(), HERE, memo(), Slot()), Missing()),
        (Checking(ASK, Tally(), HERE, memo(), Slot()), Located(ELSEWHERE)),
        (Checking(ASK, Tally(), HERE, memo(), Slot()), Located(ON_ANOTHER_DISK)),
        (Checking(ENDED, Tally(), HERE, glimpsed().glance), Located(ELSEWHERE)),
    ],
)
def test_a_file_that_was_replaced_is_left_for_the_new_one(state: State, result: Result) -> None:
    """H05: the file is replaced after the open; its rows are no answer, and its memo is not stored."""
    following, effect = going(step(state, result))
    assert isinstance(following, Locating)
    assert (following.tally.tries, effect) == (1, Locate())


def test_after_as_many_replaced_files_as_it_may_try_a_refresh_gives_up() -> None:
    state: State = Locating(ASK)
    for tries in range(1, LIMITS.tries):
        state, _ = going(step(state, Located(HERE)))
        state, effect = going(step(state, Missing()))
        assert (state, effect) == (Locating(ASK, Tally(tries=tries)), Locate())
    state, _ = going(step(state, Located(HERE)))
    outcome = step(state, Missing())
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "replaced"


def test_what_a_try_cost_is_counted_although_it_was_given_up() -> None:
    state, _ = going(step(Reading(ASK, Tally(), HERE), seen(memo(), rows=5, keys=2, anchors=1)))
    state, _ = going(step(state, Missing()))
    statistics = answered(step(state, Missing())).statistics
    assert (statistics.rows, statistics.keys, statistics.anchors, statistics.tries) == (5, 2, 1, 2)


# A busy log


def test_a_busy_log_is_left_alone_for_a_while_a_bounded_number_of_times() -> None:
    reading = Reading(ASK, Tally(), HERE, memo(), 1)
    state: State = reading
    for waits in range(1, LIMITS.waits + 1):
        state, effect = going(step(state, BUSY))
        waited = replace(reading, tally=Tally(waits=waits))
        assert (state, effect) == (Resting(waited), Pause(0.5))
        state, effect = going(step(state, Rested()))
        assert (state, effect) == (waited, ReadLog(10, memo()))
    assert step(state, BUSY) == Unavailable("busy", "locked")


def test_the_one_shot_path_waits_as_well() -> None:
    state, _ = going(step(Reading(ENDED, Tally(), HERE), BUSY))
    assert going(step(state, Rested()))[1] == ReadOnce(SPAN)


# The one-shot path


def test_a_glance_is_an_answer_once_the_path_still_leads_there_and_stores_nothing() -> None:
    state, effect = going(step(Reading(ENDED, Tally(), HERE), glimpsed(rows=7)))
    assert effect == Check()
    answer = answered(step(state, Located(HERE)))
    assert answer == Answer(turns(1), memo().snapshot, answer.statistics, (("null", 1),), "said")
    assert answer.statistics == Statistics("one-shot", rows=7, transactions=1, tries=1)


# The memo path


def test_an_unchanged_log_answers_from_the_stored_memo() -> None:
    answer = answered(step(Reading(ASK, Tally(), HERE), Unchanged(Slot(memo=memo(rows=9)))))
    assert (answer.turns, answer.snapshot) == (turns(*range(1, 9)), memo(rows=9).snapshot)
    assert answer.statistics == Statistics("unchanged", transactions=1, tries=1)


def test_an_unchanged_log_gives_the_very_values_that_were_stored_for_the_window() -> None:
    stored = joined(5)
    answer = answered(step(Reading(ASK, Tally(), HERE), Unchanged(Slot(memo=memo(), joined=stored))))
    assert answer.turns is stored.turns
    assert answer.summary is stored.summary
    assert answer.skipped is stored.skipped


@pytest.mark.parametrize("span", [Span(10, 91), Span(10, 89)])
def test_an_unchanged_log_is_joined_anew_for_another_window(span: Span) -> None:
    """H20: a row of the wider window can have overruled what the narrower one reports."""
    slot = Slot(memo=memo(), joined=joined(5)._replace(span=span))
    answer = answered(step(Reading(ASK, Tally(), HERE), Unchanged(slot)))
    assert (answer.turns, answer.summary, answer.skipped) == (turns(1), summarize(memo().sources, SPAN), ())


def test_nothing_is_unchanged_without_a_memo() -> None:
    with pytest.raises(TypeError, match="without a memo"):
        step(Reading(ASK, Tally(), HERE), Unchanged(Slot()))


def test_a_read_is_checked_before_it_is_stored() -> None:
    slot = Slot(version=4)
    following = step(Reading(ASK, Tally(), HERE), seen(memo(), slot, rows=3))
    tally = Tally(cause="no memo", rows=3, transactions=1)
    assert following == (Checking(ASK, tally, HERE, memo(), slot), Check())


def test_a_memo_is_checked_with_the_slot_that_it_was_read_beside() -> None:
    with pytest.raises(TypeError, match="without the slot"):
        step(Checking(ASK, Tally(), HERE, memo(), None), Located(HERE))


def test_a_checked_memo_is_swapped_in_against_the_version_that_was_seen() -> None:
    state, effect = going(step(Checking(ASK, Tally(), HERE, memo(2), Slot(4, 0, memo(1))), Located(HERE)))
    assert effect == Swap(4, memo(2), ASK.joined(memo(2).sources))
    answer = answered(step(state, Swapped()))
    assert (answer.turns, answer.snapshot) == (turns(1), memo(2).snapshot)
    assert answer.statistics == Statistics("memo", tries=1, stored=True)


def test_a_memo_is_cut_before_it_is_stored_and_the_answer_is_not() -> None:
    state, effect = going(step(Checking(ASK, Tally(), HERE, memo(rows=5), Slot()), Located(HERE)))
    assert isinstance(effect, Swap)
    assert (len(effect.memo.sources), effect.memo.full) == (3, True)
    assert answered(step(state, Swapped())).turns == effect.joined.turns == turns(1, 2, 3, 4, 5)
