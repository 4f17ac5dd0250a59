"""Claims about a refresh of the model, gate by gate, in worlds small enough to follow by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.model.memo.days import Span
from strandline.model.memo.events import Answered, Failed, Looked, Stored
from strandline.model.memo.log import Row
from strandline.model.memo.memo import Limits
from strandline.model.memo.oracle import Counts
from strandline.model.memo.refresh import asked, read_to
from strandline.model.memo.state import Ask, Connection, Held, Link, Scope, Task
from strandline.model.memo.truth import Truth
from strandline.model.memo.world import step
from strandline.model.terms import Step, replace
from tests.model.memo.played import ENDED, EVER, READ, RECENT, SCOPE, Play, happened, names

if TYPE_CHECKING:
    from strandline.model.memo.state import Phase


NO_TURN = Truth((), Counts(), ())


def test_a_first_refresh_goes_through_five_gates_and_stores() -> None:
    play = Play().begin(0)
    phases = []
    while (phase := play.task().phase) is not None:
        phases.append(phase)
        play.do(phase, 0)
    assert phases == ["locate", "connect", "read", "check", "store"]
    assert happened(play) == [Stored, Answered]
    assert names(play.answer()) == ["p"]
    assert [row.id for row in play.memo().sources] == [1]


def test_a_second_refresh_takes_the_kept_connection_and_answers_at_the_read_if_nothing_changed() -> None:
    play = Play().refresh().begin(0, "locate")
    assert play.task().phase == "read"
    play.do("read", 0)
    assert happened(play) == [Looked, Answered]
    assert play.world.tasks[0] == Task()


def test_a_refresh_that_nothing_has_changed_for_tells_of_no_row_that_it_read() -> None:
    play = Play().refresh()
    rows = play.world.log.rows
    play.begin(0, "locate", "read", window=RECENT)
    assert play.looked() == Looked(0, play.held(), True, rows, 1, 15, None, 0, 0, 0, 0)  # noqa: FBT003 - by its place


@pytest.mark.parametrize("seen", [0, 1])
def test_a_memo_that_another_refresh_stored_later_is_as_good_while_nothing_was_committed(seen: int) -> None:
    play = Play().refresh()
    (kept,) = play.world.idle
    play.with_idle(replace(kept, seen=seen))
    assert happened(play.begin(0, "locate", "read")) == [Looked, Answered]


@pytest.mark.parametrize("inode", [0, 2])
def test_a_memo_of_another_file_is_read_anew_though_nothing_was_committed(inode: int) -> None:
    play = Play().refresh()
    held = Held(replace(play.memo(), inode=inode, observation=0), ())
    play.world = replace(play.world, slot=replace(play.world.slot, body=held))
    assert play.begin(0, "locate", "read").looked().cause == "file replaced"


def test_a_memo_from_before_what_the_connection_has_seen_is_read_on_from() -> None:
    """A commit came between the two, and the connection has not noticed another one since."""
    play = Play().refresh()
    (kept,) = play.world.idle
    play.with_idle(replace(kept, seen=2))
    assert happened(play.begin(0, "locate", "read")) == [Looked]
    assert play.task().phase == "check"


def test_a_window_that_reaches_back_further_is_read_anew_with_its_anchors_though_nothing_was_committed() -> None:
    looked = Play().refresh(0, RECENT).begin(0, "locate", "read").looked()
    assert (looked.cause, looked.tested, looked.anchors, looked.renewed) == ("window widened", 1, 0, 1)


def test_anchors_that_are_remembered_already_are_not_renewed() -> None:
    play = Play().begin(0, *READ)
    assert play.looked().renewed == 1
    looked = play.let(0, "check", "store").do("append", None, 1).begin(0, "locate", "read").looked()
    assert (looked.anchors, looked.renewed) == (1, 1)
    looked = play.let(0, "check", "store").do("hang up").begin(0, *READ).looked()
    assert (looked.anchors, looked.renewed) == (2, 0)


def test_a_commit_makes_the_next_refresh_read_what_is_new() -> None:
    play = Play().refresh().do("append", None, 1).begin(0, "locate", "read")
    (looked,) = play.last
    assert isinstance(looked, Looked)
    assert (looked.cause, looked.tested, looked.keys, looked.anchors) == (None, 1, 1, 1)


def test_without_a_kept_connection_nothing_is_known_to_be_unchanged() -> None:
    play = Play().refresh().do("hang up").begin(0, "locate")
    assert play.task().phase == "connect"
    assert happened(play.let(0, "connect", "read")) == [Looked]
    assert play.task().phase == "check"


@pytest.mark.parametrize(("inode", "stamp"), [(2, 0), (0, 0), (1, 1), (1, -1)])
def test_a_kept_connection_to_another_file_or_to_one_written_over_is_closed(inode: int, stamp: int) -> None:
    play = Play().refresh()
    (kept,) = play.world.idle
    assert kept.link is not None
    play.with_idle(replace(kept, link=kept.link._replace(inode=inode, stamp=stamp))).begin(0, "locate")
    assert (play.task().phase, play.task().connection, play.world.idle) == (
        "connect",
        Connection(Link(1)),
        (Connection(),),
    )


def test_of_several_kept_connections_the_one_that_was_used_last_is_taken_and_the_others_stay() -> None:
    play = Play(replace(SCOPE, idle=3))
    for actor in (0, 1, 2):
        play.begin(actor, *READ, window=ENDED)
    for actor in (2, 0, 1):
        play.do("check", actor)
    first, second, third = (replace(kept, seen=seen) for seen, kept in enumerate(play.world.idle, 1))
    play.with_idle(first, second, third).begin(0, "locate")
    assert (play.task().connection, play.world.idle) == (third, (first, second, Connection()))


def test_a_missing_file_is_an_empty_answer_that_stores_nothing() -> None:
    play = Play().refresh().do("remove").begin(1, "locate")
    assert play.last == (Answered(1, Span(None, None), NO_TURN, (), named=True, led=True, one_shot=NO_TURN),)
    assert [row.id for row in play.memo().sources] == [1]
    assert play.world.idle == (Connection(),)


def test_a_window_that_has_ended_is_answered_without_the_memo() -> None:
    play = Play().begin(0, *READ, window=ENDED)
    assert play.last == ()
    play.do("check", 0)
    assert happened(play) == [Answered]
    assert (names(play.answer()), play.world.slot.memo) == (["p"], None)


def test_a_file_that_is_gone_before_the_connection_makes_a_refresh_start_over() -> None:
    play = Play().begin(0, "locate").do("remove").do("connect", 0)
    assert (play.task().phase, play.task().tries, play.task().connection) == ("locate", 1, Connection())


@pytest.mark.parametrize("change", ["replace", "remove"])
def test_a_file_replaced_before_the_check_makes_a_refresh_start_over(change: str) -> None:
    play = Play().begin(0, *READ).do(change).do("check", 0)
    assert (play.task().phase, play.task().tries, play.task().found) == ("locate", 1, None)


def test_a_file_replaced_by_one_with_a_lower_number_makes_a_refresh_start_over() -> None:
    """The number of the first file is free by then."""
    play = Play().do("replace").begin(0, *READ).do("replace")
    assert play.world.path is not None
    assert play.world.path.inode == 1
    play.do("check", 0)
    assert (play.task().phase, play.task().tries) == ("locate", 1)


def test_a_file_that_is_replaced_under_every_try_makes_a_refresh_unavailable() -> None:
    play = Play().begin(0)
    for _ in range(Limits().tries):
        play.let(0, *READ).do("replace").do("check", 0)
    assert play.last == (Failed(0, "replaced", answered=False, moved=False),)
    assert play.world.slot.memo is None


def test_an_answer_from_a_file_that_was_replaced_after_the_check_is_still_one_the_path_led_to() -> None:
    play = Play().begin(0, *READ, "check").do("replace").do("store", 0)
    assert (names(play.answer()), play.answer().led) == (["p"], True)


def test_an_answer_from_a_file_that_the_path_led_to_only_before_the_start_says_so() -> None:
    play = Play().begin(0, *READ, "check")
    assert not play.with_task(ask=Ask(EVER, 2)).do("store", 0).answer().led


def test_a_read_that_fails_ends_a_refresh_and_closes_its_connection() -> None:
    play = Play().begin(0, "locate", "connect").do("fail", 0)
    assert play.last == (Failed(0, "io", answered=False, moved=False),)
    assert (play.task(), play.world.idle) == (Task(), (Connection(),))


def test_a_busy_log_is_waited_for_so_often_and_no_longer() -> None:
    play = Play().begin(0, "locate", "connect")
    for waits in range(1, Limits().waits + 1):
        play.do("busy", 0)
        assert (play.task().phase, play.task().waits) == ("read", waits)
    assert play.do("busy", 0).last == (Failed(0, "busy", answered=False, moved=False),)


def test_a_memo_is_cut_at_its_limit_and_the_answer_is_not() -> None:
    scope = Scope(SCOPE.windows, SCOPE.templates, SCOPE.budget, born_with=(0, 1), limits=Limits(sources=1))
    play = Play(scope).refresh()
    assert names(play.answer()) == ["p", "q"]
    assert ([row.id for row in play.memo().sources], play.memo().full) == ([1], True)
    assert happened(play.begin(0, "locate", "read")) == [Looked]
    assert play.task().phase == "check"


def test_no_more_connections_are_kept_than_there_is_room_for() -> None:
    play = Play().begin(0, *READ).begin(1, *READ).let(0, "check", "store").let(1, "check", "store")
    for actor in (0, 1):
        if play.task(actor).phase is not None:
            play.do("store", actor)
    assert [one.link is not None for one in play.world.idle] == [True]


def test_the_rows_of_a_snapshot_are_cut_at_the_cursor_of_its_memo() -> None:
    rows = tuple(Row(number, 0, number, None, None, None) for number in (1, 2, 5))
    assert read_to(rows, 2) == rows[:2]


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        ("read", "a refresh reads without a connection"),
        ("check", "refresh 0 checks before it read"),
        ("store", "refresh 0 stores before it read"),
    ],
)
def test_a_gate_needs_the_one_before_it(phase: Phase, message: str) -> None:
    world = Play().world
    link = Link(1, serial=1 if phase == "check" else None)
    wrong = replace(world, tasks=(Task(phase, Ask(EVER, 1), Connection(link)),))
    with pytest.raises(ValueError, match=message):
        step(wrong, SCOPE, Step(phase, 0))


def test_a_refresh_at_rest_was_asked_for_nothing() -> None:
    with pytest.raises(ValueError, match="asked for nothing"):
        asked(Task())


def test_a_memo_is_told_with_the_snapshot_that_it_rests_on() -> None:
    held = Play().refresh().held()
    assert (held.commit, [row.id for row in held.rows]) == (0, [1])
