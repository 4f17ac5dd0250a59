"""Claims about the core of a live thread: what its calls wait for, and how it ends."""

from __future__ import annotations

import pytest

from strandline.impl.threads.effects import (
    Died,
    Due,
    Expire,
    Outcome,
)
from strandline.impl.threads.failures import Failure
from strandline.impl.threads.patch import patch
from tests.impl.threads.world import LOCKED, RENAMED, TITLED, World, appended, at


def test_an_append_returns_when_its_lines_are_durable_and_waits_for_no_projection() -> None:
    world = World()
    ticket = world.call("append", TITLED)
    assert ticket not in world.outcomes
    world.write()
    assert world.outcomes[ticket] == Outcome("done", at(1), durable=True)
    assert world.row is None


def test_an_append_that_could_not_be_written_says_so_and_lets_the_next_one_in() -> None:
    world = World()
    first, second = world.call("append", TITLED), world.call("append", RENAMED)
    world.write(fails=True)
    world.write()
    assert world.outcomes[first].status == "unwritten"
    assert world.outcomes[second].status == "done"


def test_lines_are_observed_in_the_order_in_which_they_become_durable() -> None:
    world = World()
    world.call("append", patch({"model": "a"}))
    world.call("append", patch({"model": "b"}))
    assert len(world.mail) == 1, "the second one waits for the section"
    world.settle()
    assert world.row is not None
    assert world.row[1].value("model") == "b"


def test_u1_a_rename_that_was_acknowledged_is_not_undone_by_an_attempt_that_failed_before_it() -> None:
    """A derived patch is in flight and fails; a rename is appended; the retry carries both, in their order."""
    world = World()
    world.call("append", TITLED)
    world.write()
    world.feed(Due())
    rename = world.call("change", RENAMED)
    world.write()
    world.land(fails=True, commits=False)
    world.settle()
    assert world.outcomes[rename].status == "done"
    assert world.row is not None
    assert world.row[1].value("title") == "renamed"


def test_u7_a_failure_after_durability_says_durable() -> None:
    world = World()
    ticket = world.call("append and flush", TITLED)
    world.write()
    world.land(fails=True, commits=False)
    assert world.outcomes[ticket] == Outcome("failed", at(1), durable=True, error=LOCKED)


def test_u13_shutdown_shuts_the_gate_inside_the_section_and_projects_what_was_durable_before() -> None:
    world = World()
    before = world.call("append", TITLED)
    shutdown, after = world.call("shutdown"), world.call("append", RENAMED)
    world.settle()
    assert world.outcomes[before].status == "done"
    assert world.outcomes[after].status == "closed"
    assert world.outcomes[shutdown] == Outcome("done", at(1))
    assert world.row == (at(1), TITLED)
    assert world.released


def test_shutdown_releases_the_rollout_when_its_projection_fails() -> None:
    world = World()
    world.call("append", TITLED)
    shutdown = world.call("shutdown")
    world.write()
    world.land(fails=True, commits=False)
    assert world.outcomes[shutdown].status == "failed"
    assert world.released


def test_a_shutdown_that_expires_interrupts_and_is_answered_when_nothing_is_in_flight() -> None:
    world = World()
    world.call("append", TITLED)
    shutdown = world.call("shutdown")
    world.write()
    world.feed(Expire(shutdown))
    assert world.interrupts == 1
    assert shutdown not in world.outcomes
    world.land(fails=True, commits=False)
    assert world.outcomes[shutdown].status == "expired"
    assert world.released


def test_a_shutdown_that_expired_too_early_is_done_all_the_same() -> None:
    world = World()
    world.call("append", TITLED)
    shutdown = world.call("shutdown")
    world.write()
    world.feed(Expire(shutdown))
    world.land()
    assert world.outcomes[shutdown].status == "done"


def test_u11_nothing_begins_after_a_discard_whose_attempt_was_in_flight() -> None:
    world = World()
    world.call("append", TITLED)
    flush = world.call("flush")
    world.write()
    queued = world.call("flush")
    discard = world.call("discard")
    assert world.outcomes[queued].status == "discarded"
    assert flush in world.outcomes
    assert world.interrupts == 1
    assert not world.mail, "the rollout is removed when nothing is in flight"
    world.land(fails=True, commits=True)
    world.write()
    world.land()
    assert world.outcomes[discard].status == "done"
    assert (world.row, world.removed, world.released) == (None, True, True)


def test_a_discard_whose_rollout_cannot_be_removed_leaves_the_thread_and_closes_it() -> None:
    world = appended(TITLED)
    discard = world.call("discard")
    world.write(fails=True)
    assert world.outcomes[discard].status == "unwritten"
    assert world.row is not None
    assert world.released


@pytest.mark.parametrize("moment", ["before", "in flight", "removing", "deleting"])
def test_u12_a_dead_worker_answers_every_waiter_and_appends_go_on(moment: str) -> None:
    world = World()
    cause = Failure("dead", "it died")
    world.call("append", TITLED)
    world.write()
    if moment == "before":
        world.feed(Died(cause))
    ticket = world.call("discard" if moment in {"removing", "deleting"} else "flush")
    if moment == "deleting":
        world.write()
    world.work = None
    world.feed(Died(cause))
    if moment == "removing":
        world.write()
    assert world.outcomes[ticket].status == "dead"
    assert world.outcomes[ticket].error == cause
    if moment in {"before", "in flight"}:
        append = world.call("append", RENAMED)
        world.write()
        assert world.outcomes[append].status == "done"
        assert world.work is None
