"""Claims about what the environment may do to a world, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from strandline.model.memo.days import Span
from strandline.model.memo.environment import CHANGES, REWRITE, commit
from strandline.model.memo.log import Draft, Log, Row, append, delete
from strandline.model.memo.state import (
    GONE,
    Ask,
    Connection,
    File,
    Link,
    Scope,
    Slot,
    Task,
    Template,
    View,
    Window,
    World,
    rewriting,
)
from strandline.model.memo.world import OFFERED, change, init, offers, step
from strandline.model.terms import NEXT, Step

EVERYTHING = (
    *("append", "append and prune", "delete", "empty", "reset", "backup", "restore", "copy", "remove", "replace"),
    *("reissue", "drop", "hang up", "start", "cancel", "fail", "busy"),
)
SCOPE = Scope(
    windows=(Window(Span(None, None)), Window(Span(15, None))),
    templates=(Template(10, "t", None, "one"), Template(20, "t", None, "two")),
    budget=tuple((name, 9) for name in EVERYTHING),
    refreshers=2,
    born_with=(0,),
)


def after(*steps: Step | str, scope: Scope = SCOPE) -> World:
    """Give the world after some steps; a word is an action of nobody, or a gate of the first refresh."""
    world = init(scope)
    for action in steps:
        if isinstance(action, str):
            action = Step(action, 0 if action in GATES else None)  # noqa: PLW2901 - a word stands for its action
        world, _ = step(world, scope, action)
    return world


GATES = {"start", "locate", "connect", "read", "check", "store", "fail", "busy", "cancel"}
READ = ("start", "locate", "connect", "read")
ENDED = (*READ, "check", "store")


def offered(name: str, world: World) -> list[int]:
    return [action.arg for action in offers(world, SCOPE, name)]


def actors(name: str, world: World) -> list[int | None]:
    return [action.actor for action in offers(world, SCOPE, name)]


def ids(log: Log) -> list[int]:
    return [row.id for row in log.rows]


def task(world: World) -> Task:
    (found,) = [task for task in world.tasks if task.phase is not None]
    return found


def test_every_action_of_nobody_is_a_change() -> None:
    assert {*EVERYTHING, REWRITE, "commit amid", "elsewhere"} == OFFERED
    assert set(CHANGES) == {*EVERYTHING, REWRITE} - {"fail", "busy", "start", "cancel"}


def test_rows_are_appended_wherever_there_is_a_file() -> None:
    for name in ("append", "append and prune"):
        assert offered(name, after()) == [0, 1]
        assert offered(name, after("remove")) == []


def test_an_appended_row_has_the_next_id_and_a_moment_of_birth_of_its_own() -> None:
    rows = after(Step("append", None, 1), Step("append", None, 1)).log.rows
    assert [(row.id, row.nanos, row.body) for row in rows] == [(1, 1, "one"), (2, 2, "two"), (3, 3, "two")]


def test_a_prune_comes_with_its_append_in_one_commit() -> None:
    now = change(after(), SCOPE, Step("append and prune", None, 1))
    assert (ids(now.log), now.commit) == ([2], NEXT)
    assert [row.nanos for row in after(*["append and prune"] * 2).log.rows] == [3]


def test_a_surviving_row_may_be_deleted_and_no_other() -> None:
    world = after("append", "append", Step("delete", None, 2))
    assert ids(world.log) == offered("delete", world) == [1, 3]


def test_only_a_log_with_rows_may_be_emptied_or_backed_up() -> None:
    for name in ("empty", "backup"):
        assert offered(name, after()) == [0]
        assert offered(name, after("empty")) == []


def test_an_emptied_log_keeps_its_sequence_until_it_is_reset() -> None:
    assert offered("reset", after()) == []
    emptied = after("empty")
    assert (emptied.log, offered("reset", emptied)) == (Log((), 1), [0])
    assert ids(after("empty", "append").log) == [2]
    assert ids(after("empty", "reset", "append").log) == [1]
    assert offered("reset", after("empty", "reset")) == []


def test_a_backup_is_restored_only_where_it_would_change_something() -> None:
    assert offered("restore", after()) == offered("restore", after("backup")) == []
    changed = after("backup", "append")
    assert offered("restore", changed) == [0]
    assert offered("restore", after("backup", "append", "remove")) == []
    assert after("backup", "append", "restore").log == after().log


def test_a_restore_is_a_commit_of_its_own_and_keeps_the_file() -> None:
    before, now = after("backup", "append"), change(after("backup", "append"), SCOPE, Step("restore"))
    assert (now.path, now.commit) == (before.path, NEXT)


def test_a_copy_moves_the_stamp_of_the_file() -> None:
    copied = after("backup", "append", "copy")
    assert (copied.path, copied.log) == (File(1, 1, stamp=1), after().log)


def test_a_copy_is_not_offered_under_a_connection_that_has_read() -> None:
    """SQLite would go on with pages of two databases; nobody has to come through that."""
    changed = ("backup", "append")
    assert offered("copy", after(*changed)) == [0]
    assert offered("copy", after(*changed, *READ[:3])) == [0]
    assert offered("copy", after(*changed, *READ)) == []
    assert offered("copy", after(*changed, *READ, "cancel")) == [0]


def test_an_idle_connection_is_no_reason_not_to_copy() -> None:
    """The stamp speaks against it, so it is not used again."""
    world = after("backup", "append", *ENDED)
    assert [kept.seen for kept in world.idle] == [1]
    assert offered("copy", world) == [0]
    located = after("backup", "append", *ENDED, "copy", "start", "locate")
    assert (task(located).phase, located.idle) == ("connect", (Connection(),))


def test_another_scanner_may_refresh_in_each_window_whatever_the_world_is_like() -> None:
    assert offered("elsewhere", init(SCOPE)) == offered("elsewhere", after("remove")) == [0, 1]


def test_a_file_may_be_removed_where_there_is_one() -> None:
    assert offered("remove", init(SCOPE)) == [0]


def test_a_removed_file_leaves_nothing_at_the_path_until_another_one_is_put_there() -> None:
    world = after("remove")
    assert (world.path, world.log, offered("remove", world), offered("reissue", world)) == (None, Log(), [], [])
    assert offered("replace", world) == [0, 1, 2]


def test_a_replacement_has_a_new_serial_a_number_that_nobody_holds_and_rows_of_its_own() -> None:
    world = after(*READ, Step("replace", None, 2))
    assert world.path is not None
    assert (world.path.serial, world.path.inode, ids(world.log)) == (2, 2, [1, 2])
    assert [row.nanos for row in world.log.rows] == [2, 3]
    assert [row.nanos for row in after(Step("replace", None, 2), "append").log.rows] == [2, 3, 4]


def test_a_replacement_takes_neither_the_number_at_the_path_nor_one_that_a_link_pins() -> None:
    numbers = [world.path and world.path.inode for world in (after("replace"), after(*READ, "replace", "replace"))]
    assert numbers == [2, 3]


def test_a_number_is_reissued_only_when_no_link_pins_it() -> None:
    assert offered("reissue", after()) == [0, 1, 2]
    assert offered("reissue", after("start")) == [0, 1, 2]
    assert offered("reissue", after("start", "locate")) == []
    assert offered("reissue", after(*ENDED)) == []
    assert offered("reissue", after(*ENDED, "hang up")) == [0, 1, 2]
    assert offered("reissue", after(*READ, "cancel")) == [0, 1, 2]


def test_a_reissued_number_is_that_of_the_file_before_under_a_new_serial() -> None:
    world = after(Step("reissue", None, 1))
    assert world.path is not None
    assert (world.path.serial, world.path.inode) == (2, 1)


def test_a_refresh_in_flight_remembers_the_first_file_that_the_path_led_to() -> None:
    assert task(after("replace", "start", "replace", "remove", "replace")).ask == Ask(0, 2)
    assert task(after("remove", "start", "replace")).ask == Ask(0, 2)


def test_every_connection_to_a_file_notices_a_commit_to_it_and_no_other_connection_does() -> None:
    world = commit(after(*READ), Log())
    assert task(world).connection == Connection(Link(1, serial=1), seen=1)
    elsewhere = after(*READ, "replace")
    assert task(commit(elsewhere, Log())).connection == task(elsewhere).connection
    assert task(elsewhere).connection.up_to_date


def test_a_connection_goes_on_seeing_the_file_that_the_path_has_left() -> None:
    before, now = after(*READ), after(*READ, "append", "remove")
    left = task(now).connection
    assert left == Connection(Link(1, serial=1, left=True), seen=1, view=View(after("append").log, clean=False), left=2)
    assert (task(before).connection.follows, left.follows, left.up_to_date) == (True, False, False)
    assert task(after(*READ[:3], "remove", "read")).connection.up_to_date


def test_a_kept_connection_to_a_file_that_the_path_has_left_pins_its_number_and_no_more() -> None:
    gone = Connection(Link(1, stamp=GONE))
    assert after(*ENDED, "remove").idle == after(*READ, "check", "remove", "store").idle == (gone,)


@pytest.mark.parametrize("name", ["append", "append and prune", "delete", "empty", "reset", "remove", "rewrite"])
def test_where_there_is_no_file_nothing_happens_to_it(name: str) -> None:
    scope = replace(SCOPE, rewrites=(in_place,))
    with pytest.raises(ValueError, match="cannot be taken here"):
        step(after("remove"), scope, Step(name, None, 2))


def test_an_idle_connection_notices_a_commit_as_well() -> None:
    assert [kept.clean for kept in after(*ENDED).idle] == [True]
    assert [kept.clean for kept in after(*ENDED, "append").idle] == [False]


def test_a_drop_empties_the_slot_and_marks_what_is_in_flight() -> None:
    world = after(*ENDED, "append", *READ[:2], "read", "drop")
    assert world.slot == Slot(epoch=1)
    assert (task(world).trusted, task(world).unmoved) == (False, False)


def test_a_drop_is_nothing_to_a_refresh_that_has_not_read() -> None:
    assert task(after("start", "locate", "connect", "drop")) == task(after("start", "locate", "connect"))


def test_idle_connections_are_hung_up_where_there_are_any() -> None:
    assert offered("hang up", after()) == []
    assert offered("hang up", after(*ENDED)) == [0]
    assert after(*ENDED, "hang up").idle == (Connection(),)


def test_every_refresher_that_is_not_in_flight_may_start_in_each_window() -> None:
    assert [action[1:] for action in offers(after(), SCOPE, "start")] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [action[1:] for action in offers(after("start"), SCOPE, "start")] == [(1, 0), (1, 1)]


def test_whatever_is_in_flight_may_be_cancelled_and_leaves_nothing_but_what_it_stored() -> None:
    assert actors("cancel", after()) == []
    assert actors("cancel", after("start")) == [0]
    world = after(*READ, "check", "cancel")
    assert (world.tasks, world.idle, world.slot) == ((Task(), Task()), (Connection(),), Slot())


@pytest.mark.parametrize("fault", ["fail", "busy"])
def test_a_fault_strikes_a_refresh_that_is_about_to_read_and_no_other(fault: str) -> None:
    assert actors(fault, after("start", "locate")) == []
    assert actors(fault, after("start", "locate", "connect")) == [0]
    assert actors(fault, after(*READ)) == []
    assert actors(fault, after(*READ, "check")) == []


def test_a_commit_comes_amid_a_read_and_at_no_other_gate() -> None:
    gates = [after(*ENDED[:count]) for count in range(len(ENDED))]
    assert [actors("commit amid", world) for world in gates] == [[], [], [], [0, 0], [], []]


def test_of_three_refreshes_the_one_that_is_named_starts_or_is_cancelled_and_no_other() -> None:
    scope = replace(SCOPE, refreshers=3)
    starts = [Step("start", actor, window) for actor, window in ((0, 0), (1, 1), (2, 0))]
    world = after(*starts, scope=scope)
    assert [task.ask and task.ask.window for task in world.tasks] == [0, 1, 0]
    for actor in range(3):
        left = after(*starts, Step("cancel", actor), scope=scope).tasks
        assert left == (*world.tasks[:actor], Task(), *world.tasks[actor + 1 :])


def in_place(log: Log, row_id: int, draft: Draft) -> Log:
    """Write over a row as an UPDATE does that leaves the id as it is."""
    return replace(log, rows=tuple(Row(row_id, *draft) if row.id == row_id else row for row in log.rows))


def moved(log: Log, row_id: int, draft: Draft) -> Log:
    """Write over a row as an UPDATE does that gives it a new id."""
    return append(delete(log, row_id), (draft,))


OVERWRITTEN = replace(
    SCOPE, rewrites=(in_place, moved, lambda log, _row_id, _draft: log), budget=((REWRITE, 1), ("append", 2))
)


def test_every_row_is_written_over_with_every_template_in_every_way() -> None:
    world = after(Step("append"), Step("append", None, 1), scope=OVERWRITTEN)
    stands_for = [rewriting(OVERWRITTEN, action.arg) for action in offers(world, OVERWRITTEN, REWRITE)]
    assert stands_for == [(row, template, way) for row in (1, 2, 3) for template in (0, 1) for way in (0, 1, 2)]


def test_nothing_is_written_over_where_no_way_is_known() -> None:
    assert [*offers(after(), SCOPE, REWRITE)] == []


def test_a_row_that_is_written_over_is_born_anew_where_its_writer_puts_it() -> None:
    world = after(Step("append"), scope=OVERWRITTEN)
    for way, expected in ((0, [(1, "two"), (2, "one")]), (1, [(2, "one"), (3, "two")])):
        arg = next(
            action.arg
            for action in offers(world, OVERWRITTEN, REWRITE)
            if rewriting(OVERWRITTEN, action.arg) == (1, 1, way)
        )
        written, _ = step(world, OVERWRITTEN, Step(REWRITE, None, arg))
        assert [(row.id, row.body) for row in written.log.rows] == expected
        assert written.births == world.births + 1


def test_a_connection_notices_a_row_that_is_written_over_and_not_a_write_that_changes_nothing() -> None:
    scope = replace(OVERWRITTEN, budget=((REWRITE, 1), ("start", 1)))
    world = after(*ENDED, scope=scope)
    for way, clean in ((0, False), (1, False), (2, True)):
        assert rewriting(scope, 9 + way) == (1, 1, way)
        written, _ = step(world, scope, Step(REWRITE, None, 9 + way))
        assert [kept.clean for kept in written.idle] == [clean]
