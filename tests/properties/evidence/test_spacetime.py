"""Who read from whom, and who wrote over whom, in a trace that is shown."""

from __future__ import annotations

from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.replay import to_trace
from strandline.properties.evidence.shown import ChangeShown, StepShown, TraceShown, exhibit, shown
from strandline.properties.evidence.spacetime import THINGS_MAX, Life, Look, spacetime
from strandline.properties.systems.memo.system import SYSTEM
from tests.properties.evidence.evidences import LOST, violated


def step(actor: str, what: str = "", before: str = "", after: str = "", **reads: str) -> StepShown:
    changes = (ChangeShown(what, before, after),) if what else ()
    return StepShown(what or "look", actor, "does", reads, changes)


def trace(*steps: StepShown, **first: str) -> TraceShown:
    return TraceShown(first, None, steps, ())


def test_a_value_lives_from_its_writer_to_the_next_one() -> None:
    at = spacetime(trace(step("env", "memo", "none", "a"), step("r1", "memo", "a", "b"), memo="none"))
    assert at.lives == (
        Life("memo", "none", None, 0, 1),
        Life("memo", "a", "env", 1, 2),
        Life("memo", "b", "r1", 2, None),
    )


def test_what_is_committed_amid_a_read_is_the_worlds_and_no_refresh_buries_it() -> None:
    amid = step("r1", "log", "a", "b", log="a"), step("r2", "log", "b", "c", log="b")
    at = spacetime(trace(*amid, log="a"))
    assert [life.writer for life in at.lives] == [None, "env", "env"]
    assert at.burials == ()


def test_a_reader_reads_from_whoever_wrote_last_before_it() -> None:
    at = spacetime(trace(step("r1", "memo", "none", "a"), step("r2", memo="a"), memo="none"))
    assert at.looks == (Look(2, "r2", Life("memo", "a", "r1", 1, None), "a", past=False),)


def test_a_step_that_reads_and_writes_reads_first() -> None:
    at = spacetime(trace(step("r1", "memo", "none", "a", memo="none"), memo="none"))
    assert [look.life.writer for look in at.looks] == [None]


def test_a_reader_of_what_is_gone_reads_from_whoever_wrote_that() -> None:
    at = spacetime(trace(step("env", "log", "old", "new"), step("r1", log="old"), log="old"))
    assert at.looks == (Look(2, "r1", Life("log", "old", None, 0, 1), "old", past=True),)


def test_to_write_over_what_one_never_saw_is_told_from_writing_over_what_one_saw() -> None:
    stores = step("r1", "memo", "none", "a")
    unseen = spacetime(trace(step("r2", memo="none"), stores, step("r2", "memo", "a", "b"), memo="none"))
    seen = spacetime(trace(stores, step("r2", memo="a"), step("r2", "memo", "a", "b"), memo="none"))
    never = spacetime(trace(stores, step("r2", "memo", "a", "b"), memo="none"))
    assert [(one.seen, one.unseen) for at in (unseen, seen, never) for one in at.burials] == [
        (1, True),
        (2, False),
        (None, True),
    ]


def test_that_the_world_moves_on_and_that_one_writes_over_oneself_buries_nothing() -> None:
    at = spacetime(
        trace(
            step("env", "log", "a", "b"),
            step("env", "log", "b", "c"),
            step("r1", "memo", "none", "a"),
            step("r1", "memo", "a", "b"),
            log="a",
            memo="none",
        )
    )
    assert at.burials == ()


def test_only_what_is_looked_at_or_changes_has_a_lane_and_no_more_than_a_few() -> None:
    at = spacetime(trace(step("r1", "memo", "none", "a", log="x"), log="x", memo="none", other="y"))
    assert at.things == ("log", "memo")
    many = {f"part {number}": "0" for number in range(THINGS_MAX + 5)}
    assert len(spacetime(trace(step("r1", **many), **many)).things) == THINGS_MAX


def test_the_lost_update_is_told_as_it_happened() -> None:
    claims = violated().claims
    at = spacetime(claims.shown["M3-no-second-look.json"])
    assert at.things == ("log", "memo")
    assert at.actors == ("env", "r1", "r2")
    late = [look for look in at.looks if look.past]
    assert [(look.row, look.reader, look.value) for look in late] == [(11, "r1", "file 1 (inode 1): 1 request p")]
    assert [(one.row, one.by, one.buried.writer, one.buried.since) for one in at.burials] == [(13, "r1", "r2", 10)]
    assert [(one.actor, one.since, one.until) for one in at.flights] == [("r2", 5, 10), ("r1", 1, 13)]
    last = claims.shown["M3-no-second-look.json"].steps[-1]
    assert (last.scan, last.now) == ("p (m)", "no turn")


def test_what_is_shown_is_drawn_as_the_same_lanes_as_the_trace_itself() -> None:
    claims = violated().claims
    again = exhibit(to_trace(claims.traces["M3-no-second-look.json"]), claims.shown["M3-no-second-look.json"])
    taken = retrace(SYSTEM, LOST)
    assert (again.trace, again.frames, again.ending) == (taken.trace, taken.frames, taken.ending)
    assert shown(taken) == claims.shown["M3-no-second-look.json"]


def test_the_parts_of_a_memo_make_one_value_and_so_do_a_file_and_its_rows() -> None:
    stored = (
        ChangeShown("memo", "none", "1 request p"),
        ChangeShown("cursor", "none", "1"),
        ChangeShown("coverage", "none", "from the beginning"),
    )
    moved = (ChangeShown("cursor", "1", "2"),)
    steps = tuple(StepShown("store", "r1", "swap the memo", {}, changes) for changes in (stored, moved))
    first = {"file": "1 (inode 1)", "log": "1 request p", "memo": "none"}
    at = spacetime(TraceShown(first, None, (*steps, step("r1", log="file 1 (inode 1): 1 request p")), ()))
    assert [(life.thing, life.value) for life in at.lives] == [
        ("log", "file 1 (inode 1): 1 request p"),
        ("memo", "none"),
        ("memo", "1 request p, cursor 1, from the beginning"),
        ("memo", "1 request p, cursor 2, from the beginning"),
    ]
