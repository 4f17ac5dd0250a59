"""Claims about attempts: what is moved into flight, what comes back, and whom it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.effects import (
    Applied,
    Cancel,
    Due,
    Expire,
    Input,
    Lost,
    NotWritten,
    Outcome,
    Refold,
    Removed,
    Upsert,
    Wrote,
)
from strandline.impl.threads.generation import Generation
from strandline.impl.threads.patch import EMPTY, at_rest, merge, patch, split_recency
from strandline.impl.threads.projector import created, resumed, step
from tests.impl.threads.world import RENAMED, TITLED, TOUCH, World, appended, at

if TYPE_CHECKING:
    from strandline.impl.threads.effects import Kind


def test_a_barrier_waits_for_the_generation_that_it_captured_and_for_no_later_one() -> None:
    world = World()
    world.call("append", TITLED)
    world.write()
    flush = world.call("flush")
    world.call("append", RENAMED)
    world.write()
    world.land()
    assert world.outcomes[flush] == Outcome("done", at(1))
    assert world.state.pending == RENAMED


def test_a_barrier_is_not_told_of_an_attempt_that_did_not_cover_it() -> None:
    world = World()
    world.call("append", TITLED)
    world.write()
    world.feed(Due())
    world.call("append", RENAMED)
    world.write()
    flush = world.call("flush")
    world.land(fails=True, commits=False)
    assert flush not in world.outcomes
    world.land()
    assert world.outcomes[flush].status == "done"


def test_a_barrier_is_not_told_of_a_failure_of_an_attempt_that_began_before_it() -> None:
    """The fault is gone when the barrier is called: one barrier drains."""
    world = World()
    world.call("append", TITLED)
    world.write()
    world.feed(Due())
    flush = world.call("flush")
    world.land(fails=True, commits=False)
    assert flush not in world.outcomes
    world.land()
    assert world.outcomes[flush].status == "done"


def test_a_barrier_is_told_of_the_success_of_an_attempt_that_began_before_it() -> None:
    world = World()
    world.call("append", TITLED)
    world.write()
    world.feed(Due())
    flush = world.call("flush")
    world.land()
    assert world.outcomes[flush].status == "done"


def test_a_failed_attempt_is_repeated_with_what_came_since_over_it() -> None:
    world = World()
    world.call("append", TITLED)
    world.write()
    world.feed(Due())
    world.call("append", patch({"model": "m"}))
    world.write()
    world.land(fails=True, commits=False)
    assert world.armed == "retry"
    world.settle()
    first, second = world.attempts
    assert second.patch == merge(first.patch, patch({"model": "m"}))


def test_what_is_merged_back_goes_under_what_came_since() -> None:
    world = World()
    world.call("append", patch({"model": "a"}))
    world.write()
    world.feed(Due())
    world.call("append", patch({"model": "b"}))
    world.write()
    world.land(fails=True, commits=False)
    world.settle()
    assert world.row is not None
    assert world.row[1].value("model") == "b"


def test_a_new_fact_does_not_wait_for_the_backoff_and_a_touch_does() -> None:
    world = World()
    world.call("append", TITLED)
    world.write()
    world.feed(Due())
    world.land(fails=True, commits=False)
    assert world.armed == "retry"
    world.call("append", TOUCH)
    world.write()
    assert world.armed == "retry"
    world.call("append", RENAMED)
    world.write()
    assert world.armed == "pace"


def test_a_touch_after_a_retry_that_succeeded_waits_for_its_own_time() -> None:
    world = World()
    world.call("append", TITLED)
    world.write()
    world.feed(Due())
    world.land(fails=True, commits=False)
    world.call("flush")
    world.land()
    world.call("append", TOUCH)
    world.write()
    assert world.armed == "touch"


def test_an_attempt_that_was_reported_failed_and_was_committed_does_no_harm() -> None:
    world = World()
    world.call("append", patch({"model": "a"}))
    world.write()
    world.feed(Due())
    world.land(fails=True, commits=True)
    world.call("append", patch({"model": "b"}))
    world.settle()
    assert world.row == (at(2), world.fold())


def test_a_touch_is_held_back_and_a_shutdown_does_not_lose_it() -> None:
    world = appended(TITLED)
    world.call("append", TOUCH)
    world.write()
    assert world.armed == "touch"
    assert world.work is None
    world.call("shutdown")
    world.settle()
    assert world.row == (at(2), world.fold())


def test_a_created_thread_has_no_row_until_it_has_history_or_is_persisted() -> None:
    world = World()
    assert world.outcomes[world.call("flush")].status == "done"
    assert (world.work, world.mail) == (None, [])
    persist = world.call("persist")
    world.settle()
    assert world.outcomes[persist].status == "done"
    assert world.row is not None


RECENT = patch({"recency_at": 9, "updated_at": 9})


@pytest.mark.parametrize("kind", ["flush", "shutdown", "persist", "append", "change"])
def test_a_resume_defers_recency_until_there_is_history_or_somebody_asks_for_all(kind: Kind) -> None:
    whole = merge(TITLED, RECENT)
    world = World(resumed(at(2), whole, (at(1), TITLED)), [TITLED, RECENT], (at(1), TITLED))
    world.feed(Due())
    world.call(kind, *([RENAMED] if kind in {"append", "change"} else []))
    world.settle()
    assert world.row is not None
    assert world.row[0] == world.state.tail
    lifted = kind in {"persist", "append", "change"}
    assert world.row[1].value("recency_at") == (9 if lifted else None)
    assert split_recency(world.row[1])[0] == split_recency(at_rest(world.fold()))[0]


def test_a_persist_beside_an_attempt_in_flight_waits_for_what_it_lifted() -> None:
    whole = merge(TITLED, RECENT)
    world = World(resumed(at(2), whole, (at(1), TITLED)), [TITLED, RECENT], (at(1), TITLED))
    world.feed(Due())
    persist = world.call("persist")
    world.land()
    assert persist not in world.outcomes
    world.land()
    assert world.row is not None
    assert world.row[1].value("recency_at") == 9


def test_a_persist_is_not_done_while_what_it_lifted_is_in_flight() -> None:
    """Whatever else happens meanwhile: the row had its generation before, and not its recency."""
    whole = merge(TITLED, RECENT)
    row = (at(2), patch({"title": "said", "updated_at": 9}))
    world = World(resumed(at(2), whole, row), [TITLED, RECENT], row)
    persist = world.call("persist")
    flush = world.call("flush")
    assert world.outcomes[flush].status == "done"
    assert persist not in world.outcomes
    world.land()
    assert world.outcomes[persist].status == "done"
    assert world.row is not None
    assert world.row[1].value("recency_at") == 9


def test_a_second_persist_waits_for_what_the_first_one_lifted() -> None:
    whole = merge(TITLED, RECENT)
    row = (at(2), patch({"title": "said", "updated_at": 9}))
    world = World(resumed(at(2), whole, row), [TITLED, RECENT], row)
    first, second = world.call("persist"), world.call("persist")
    assert not world.outcomes
    world.settle()
    assert [world.outcomes[one].status for one in (first, second)] == ["done", "done"]
    assert world.row is not None
    assert world.row[1].value("recency_at") == 9


def test_a_row_that_is_not_known_is_made_anew_from_the_rollout() -> None:
    world = World(resumed(at(1), TITLED, None), [TITLED], (Generation("other", 7, 7, "x"), RENAMED))
    world.call("flush")
    assert isinstance(world.work, Refold)
    world.settle()
    assert world.row == (at(1), TITLED)


def test_a_lost_database_is_filled_again_without_being_asked() -> None:
    world = appended(TITLED)
    world.row = None
    world.feed(Lost())
    world.settle()
    assert world.row == (at(1), TITLED)


def test_a_row_that_changed_under_its_writer_is_made_anew() -> None:
    world = appended(TITLED)
    world.row = (Generation("r", 1, 10, "lost"), RENAMED)
    flush = world.call("append and flush", TOUCH)
    world.settle()
    assert world.outcomes[flush].status == "done"
    assert world.row == (at(2), world.fold())


def test_cancelling_one_waiter_hurts_no_other() -> None:
    world = World()
    world.call("append", TITLED)
    world.write()
    one, other = world.call("flush"), world.call("flush")
    world.feed(Cancel(one))
    world.settle()
    assert world.outcomes[one].status == "cancelled"
    assert world.outcomes[other].status == "done"


def test_a_call_that_is_cancelled_while_it_waits_for_the_section_writes_nothing() -> None:
    world = World()
    world.call("append", TITLED)
    waiting = world.call("append", RENAMED)
    world.feed(Cancel(waiting))
    world.settle()
    assert world.outcomes[waiting] == Outcome("cancelled")
    assert world.lines == [TITLED]


def test_a_call_that_was_answered_is_not_answered_again() -> None:
    world = appended(TITLED)
    flush = world.call("flush")
    assert world.feed(Cancel(flush)) == ()
    assert world.feed(Expire(flush)) == ()


@pytest.mark.parametrize("given", [Wrote(1, at(1), EMPTY), NotWritten(1, "no"), Applied(), Removed(1)])
def test_what_cannot_come_is_refused(given: Input) -> None:
    with pytest.raises(TypeError):
        step(created(at(0)), given)


def test_an_append_that_was_coalesced_is_linked_and_the_first_one_is_the_parent() -> None:
    world = World()
    for trace in ("one", "two", "two"):
        world.call("append", TITLED, trace=trace)
        world.write()
    world.feed(Due())
    assert isinstance(world.work, Upsert)
    assert (world.work.trace, world.work.links) == ("one", ("two",))
    world.land(fails=True, commits=False)
    world.feed(Due())
    assert isinstance(world.work, Upsert)
    assert (world.work.trace, world.work.links) == ("one", ("two",)), "a retry is under the same context"


def test_an_attempt_that_a_barrier_began_is_under_its_context() -> None:
    world = World()
    world.call("append", TITLED, trace="append")
    world.write()
    world.call("flush", trace="barrier")
    assert isinstance(world.work, Upsert)
    assert (world.work.trace, world.work.links) == ("barrier", ("append",))


def test_pending_facts_and_contexts_are_bounded_whatever_the_appends() -> None:
    world = World()
    for number in range(100):
        world.call("append", patch({"tokens": number}), trace=str(number))
        world.write()
    assert len(world.state.traces) == 16
    assert world.state.pending == patch({"tokens": 99})
