"""Claims about a refresh of the model, gate by gate, in worlds small enough to follow by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from strandline.model.days import Span
from strandline.model.events import Answered, Discarded, Failed, GaveUp, Looked, Stored
from strandline.model.log import Row
from strandline.model.memo import OPEN, Limits
from strandline.model.oracle import Counts, Turn
from strandline.model.refresh import advance, holding, read_to
from strandline.model.state import Action, Ghost, Link, Scope, Task, Template, Window
from strandline.model.truth import Truth
from strandline.model.world import init, step

if TYPE_CHECKING:
    from strandline.model.events import Event, Holding
    from strandline.model.memo import Memo
    from strandline.model.state import Phase, World

NO_TURN = Truth((), Counts(), ())
REQUEST = 'turn{turn.id=%s}: websocket request: {"type": "response.create", "service_tier": "priority"}'
CHANGES = ("append", "delete", "replace", "reissue", "remove", "drop", "hang up", "fail", "busy", "start")
EVER, RECENT, ENDED = 0, 1, 2
SCOPE = Scope(
    windows=(Window(Span(None, None)), Window(Span(15, None)), Window(Span(None, 15), ended=True)),
    templates=(Template(10, "t", None, REQUEST % "p"), Template(20, "u", None, REQUEST % "q")),
    budget=tuple((name, 99) for name in CHANGES),
    refreshers=3,
    born_with=(0,),
)


class Play:
    """A world with refreshes in it, and all that has happened."""

    def __init__(self, scope: Scope = SCOPE) -> None:
        self.scope = scope
        self.world: World = init(scope)
        self.last: tuple[Event, ...] = ()

    def do(self, name: str, actor: int | None = None, arg: int = 0) -> Play:
        self.world, self.last = step(self.world, self.scope, Action(name, actor, arg))
        return self

    def let(self, actor: int, *gates: str) -> Play:
        for gate in gates:
            self.do(gate, actor)
        return self

    def begin(self, actor: int, *gates: str, window: int = EVER) -> Play:
        return self.do("start", actor, window).let(actor, *gates)

    def refresh(self, actor: int = 0, window: int = EVER) -> Play:
        """Let a refresh run from start to end while the others wait."""
        self.do("start", actor, window)
        for _ in range(30):
            task = self.world.tasks[actor]
            if task is None:
                return self
            self.do(task.phase, actor)
        raise AssertionError("a refresh does not end")

    def task(self, actor: int = 0) -> Task:
        task = self.world.tasks[actor]
        assert task is not None
        return task

    def ghost(self, actor: int = 0) -> Ghost:
        """What the checker knows of the snapshot that a refresh has read."""
        ghost = self.task(actor).ghost
        assert ghost is not None
        return ghost

    def memo(self) -> Memo:
        assert self.world.slot.memo is not None
        return self.world.slot.memo

    def held(self) -> Holding:
        """What is stored, as the laws see it."""
        assert self.world.slot.ghost is not None
        return holding(self.memo(), self.world.slot.ghost)

    def looked(self) -> Looked:
        (found,) = [event for event in self.last if isinstance(event, Looked)]
        return found

    def answer(self) -> Answered:
        (found,) = [event for event in self.last if isinstance(event, Answered)]
        return found


def names(event: Answered) -> list[str]:
    return [turn.turn for turn in event.turns if isinstance(turn, Turn)]


def happened(play: Play) -> list[type[Event]]:
    return [type(event) for event in play.last]


READ = ("locate", "connect", "read")


def test_a_first_refresh_goes_through_five_gates_and_stores() -> None:
    play = Play().begin(0)
    phases = []
    while play.world.tasks[0] is not None:
        phases.append(play.task().phase)
        play.do(play.task().phase, 0)
    assert phases == ["locate", "connect", "read", "check", "store"]
    assert happened(play) == [Stored, Answered]
    assert names(play.answer()) == ["p"]
    assert [row.id for row in play.memo().sources] == [1]


def test_a_second_refresh_takes_the_kept_connection_and_answers_at_the_read_if_nothing_changed() -> None:
    play = Play().refresh().begin(0, "locate")
    assert play.task().phase == "read"
    play.do("read", 0)
    assert happened(play) == [Looked, Answered]
    assert play.world.tasks[0] is None


def test_a_refresh_that_nothing_has_changed_for_tells_of_no_row_that_it_read() -> None:
    play = Play().refresh()
    rows = play.world.log.rows
    play.begin(0, "locate", "read", window=RECENT)
    assert play.looked() == Looked(0, play.held(), True, rows, 1, 15, None, 0, 0, 0, 0)  # noqa: FBT003 - by its place


@pytest.mark.parametrize("seen", [0, 1])
def test_a_memo_that_another_refresh_stored_later_is_as_good_while_nothing_was_committed(seen: int) -> None:
    play = Play().refresh()
    (link,) = play.world.idle
    play.world = replace(play.world, idle=(link._replace(seen=seen),))
    assert happened(play.begin(0, "locate", "read")) == [Looked, Answered]


@pytest.mark.parametrize("inode", [0, 2])
def test_a_memo_of_another_file_is_read_anew_though_nothing_was_committed(inode: int) -> None:
    play = Play().refresh()
    other = replace(play.memo(), inode=inode)
    play.world = replace(play.world, slot=play.world.slot._replace(memo=other))
    assert play.begin(0, "locate", "read").looked().cause == "file replaced"


def test_a_memo_from_before_what_the_connection_has_seen_is_read_on_from() -> None:
    """A commit came between the two, and the connection has not noticed another one since."""
    play = Play().refresh()
    (link,) = play.world.idle
    play.world = replace(play.world, idle=(link._replace(seen=2),))
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
    (link,) = play.world.idle
    play.world = replace(play.world, idle=(link._replace(inode=inode, stamp=stamp),))
    play.begin(0, "locate")
    assert (play.task().phase, play.task().link, play.world.idle) == ("connect", Link(1, None), ())


def test_of_several_kept_connections_the_one_that_was_used_last_is_taken_and_the_others_stay() -> None:
    play = Play(replace(SCOPE, idle=3))
    for actor in (0, 1, 2):
        play.begin(actor, *READ, window=ENDED)
    for actor in (2, 0, 1):
        play.do("check", actor)
    first, second, third = (link._replace(seen=seen) for seen, link in enumerate(play.world.idle, 1))
    play.world = replace(play.world, idle=(first, second, third))
    play.begin(0, "locate")
    assert (play.task().link, play.world.idle) == (third, (first, second))


def test_a_missing_file_is_an_empty_answer_that_stores_nothing() -> None:
    play = Play().refresh().do("remove").begin(1, "locate")
    assert play.last == (Answered(1, Span(None, None), NO_TURN, (), named=True, led=True, one_shot=NO_TURN),)
    assert [row.id for row in play.memo().sources] == [1]
    assert play.world.idle == ()


def test_a_window_that_has_ended_is_answered_without_the_memo() -> None:
    play = Play().begin(0, *READ, window=ENDED)
    assert play.last == ()
    play.do("check", 0)
    assert happened(play) == [Answered]
    assert (names(play.answer()), play.world.slot.memo) == (["p"], None)


def test_a_file_that_is_gone_before_the_connection_makes_a_refresh_start_over() -> None:
    play = Play().begin(0, "locate").do("remove").do("connect", 0)
    assert (play.task().phase, play.task().tries, play.task().link) == ("locate", 1, None)


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
    strayed = play.task()._replace(led=frozenset())
    play.world = replace(play.world, tasks=(strayed, None, None))
    assert not play.do("store", 0).answer().led


def test_a_read_that_fails_ends_a_refresh_and_closes_its_connection() -> None:
    play = Play().begin(0, "locate", "connect").do("fail", 0)
    assert play.last == (Failed(0, "io", answered=False, moved=False),)
    assert (play.world.tasks[0], play.world.idle) == (None, ())


def test_a_busy_log_is_waited_for_so_often_and_no_longer() -> None:
    play = Play().begin(0, "locate", "connect")
    for waits in range(1, Limits().waits + 1):
        play.do("busy", 0)
        assert (play.task().phase, play.task().waits) == ("read", waits)
    assert play.do("busy", 0).last == (Failed(0, "busy", answered=False, moved=False),)


def test_the_slower_of_two_refreshes_decides_again_and_gives_way_to_the_newer_memo() -> None:
    play = Play().begin(0, *READ, "check").do("append", None, 1).refresh(1)
    assert play.task().stale
    newer = play.held()
    play.do("store", 0)
    assert happened(play) == [Discarded, Answered]
    (discarded, _) = play.last
    assert isinstance(discarded, Discarded)
    assert (discarded.mine.sources, discarded.theirs) == (1, newer)
    assert names(play.answer()) == ["p"]
    assert [row.id for row in play.memo().sources] == [1, 2]


def test_the_newer_memo_is_stored_over_the_older_one_after_it_lost_the_swap() -> None:
    play = Play().begin(0, *READ, "check").do("append", None, 1).begin(1, *READ, "check").do("store", 0).do("store", 1)
    assert (play.last, play.task(1).phase, play.task(1).swaps, play.task(1).stale) == ((), "store", 1, False)
    older = play.held()
    assert happened(play.do("store", 1)) == [Stored, Answered]
    (stored, _) = play.last
    assert isinstance(stored, Stored)
    assert (stored.mine.sources, stored.old) == (2, older)
    assert [row.id for row in play.memo().sources] == [1, 2]


def test_a_wide_refresh_that_a_narrow_one_overtakes_is_topped_up_by_one_more_read() -> None:
    play = Play().begin(0, *READ).do("append", None, 1).refresh(1, RECENT)
    play.do("check", 0).do("store", 0)
    assert (play.task().phase, play.task().swaps) == ("read", 1)
    base, ghost = play.task().base, play.task().base_ghost
    assert base is not None
    assert ghost is not None
    looked = play.do("read", 0).looked()
    assert (looked.base, looked.stored, looked.tested) == (holding(base, ghost), False, 1)
    assert not play.ghost().forgotten
    play.let(0, "check", "store")
    assert happened(play) == [Stored, Answered]
    assert (play.memo().coverage, [row.id for row in play.memo().sources]) == (OPEN, [1, 2])


def test_a_narrow_refresh_that_a_wide_one_overtakes_goes_on_from_the_wide_memo() -> None:
    """It read later, so its own memo would be the newer one, and would throw the wide one away."""
    play = Play().begin(0, *READ, "check").do("append", None, 1).begin(1, *READ, window=RECENT).do("store", 0)
    play.let(1, "check", "store")
    assert play.task(1).base == play.memo()
    play.let(1, "read", "check", "store")
    assert (play.memo().coverage, [row.id for row in play.memo().sources]) == (OPEN, [1, 2])


def test_a_long_narrow_scan_that_a_wide_refresh_comes_into_goes_on_from_the_wide_memo() -> None:
    """It began without a memo and reads on from its own first part, so only the check shows it the wide one."""
    scope = Scope(SCOPE.windows, SCOPE.templates, SCOPE.budget, born_with=(0, 1), limits=Limits(chunk=1))
    play = Play(scope).begin(0, *READ, window=RECENT).refresh(1).let(0, "read", "check")
    assert (play.task().phase, play.task().swaps, play.task().base) == ("read", 1, play.memo())
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
    assert play.do("drop").do("read", 0).ghost().forgotten
    play.do("check", 0)
    assert happened(play) == [Discarded, Answered]
    assert (names(play.answer()), play.world.slot.memo) == (["p", "q"], None)


def test_to_give_way_at_the_check_is_no_lost_swap() -> None:
    """Nothing was to be swapped yet: even after all swaps but one it is thrown away, not given up."""
    scope = Scope(SCOPE.windows, SCOPE.templates, SCOPE.budget, born_with=(0, 1), limits=Limits(chunk=1))
    play = Play(scope).begin(0, *READ).do("drop").do("read", 0)
    play.world = replace(play.world, tasks=(play.task()._replace(swaps=Limits().swaps - 1), None, None))
    assert happened(play.do("check", 0)) == [Discarded, Answered]


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
        if play.world.tasks[actor] is not None:
            play.do("store", actor)
    assert len(play.world.idle) == SCOPE.idle == 1


def test_a_ghost_is_cut_at_the_cursor_of_its_memo() -> None:
    rows = tuple(Row(number, 0, number, None, None, None) for number in (1, 2, 5))
    assert read_to(Ghost(3, rows, forgotten=True), 2) == Ghost(3, rows[:2], forgotten=True)


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        ("read", "refresh 0 reads without a connection"),
        ("check", "refresh 0 checks before it read"),
        ("store", "refresh 0 stores before it read"),
    ],
)
def test_a_gate_needs_the_one_before_it(phase: Phase, message: str) -> None:
    world = Play().world
    link = Link(1, world.path if phase == "check" else None)
    wrong = replace(world, tasks=(Task(SCOPE.windows[EVER], phase, frozenset({1}), link),))
    with pytest.raises(ValueError, match=message):
        advance(wrong, SCOPE, Action(phase, 0))
