"""Claims about the store: one lock, one slot, and an order of snapshots."""

from __future__ import annotations

from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.memo import Memo, Place
from strandline.impl.memo.store import Joined, MemoStore, Slot
from strandline.impl.memo.window import Span

if TYPE_CHECKING:
    from collections.abc import Callable

JOINED = Joined(Span(None, None), ())
WAIT = 10
"""Seconds after which a test fails that waits for another thread."""


def memo(observation: int) -> Memo:
    return Memo(0, Place(1, 1), observation, 0, 0, (), (), (), Snapshot(1, 1, 1, None, 0, observation))


def in_threads(count: int, work: Callable[[], None]) -> None:
    """Do the same work in several threads at once, and wait for all of them."""
    together = Barrier(count)

    def begin() -> None:
        together.wait(WAIT)
        work()

    threads = [Thread(target=begin) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert not any(thread.is_alive() for thread in threads)


def test_a_new_store_is_empty() -> None:
    assert MemoStore().slot == Slot(version=0, epoch=0, memo=None, joined=None)


def test_a_store_goes_on_where_another_left_off() -> None:
    slot = Slot(5, 2, memo(7), JOINED)
    store = MemoStore(slot, 7)
    assert store.slot is slot
    assert store.observe(int)[1] == 8


def test_a_swap_against_the_present_version_stores_and_raises_it() -> None:
    store = MemoStore()
    assert store.swap(0, memo(1), JOINED) is None
    assert store.slot == Slot(1, 0, memo(1), JOINED)


def test_a_swap_against_another_version_stores_nothing_and_gives_what_is_stored() -> None:
    store = MemoStore()
    store.swap(0, memo(1), JOINED)
    before = store.slot
    for version in (0, 2):
        assert store.swap(version, memo(2), JOINED) is before
    assert store.slot is before


def test_a_drop_forgets_the_memo_and_raises_epoch_and_version() -> None:
    store = MemoStore()
    store.swap(0, memo(1), JOINED)
    store.drop()
    assert store.slot == Slot(2, 1, None, None)


def test_a_swap_from_before_a_drop_loses_even_if_nothing_was_stored() -> None:
    """H13: a refresh reads, the memo is dropped, the refresh stores what it read before."""
    store = MemoStore()
    _, _, slot = store.observe(int)
    store.drop()
    assert store.swap(slot.version, memo(1), JOINED) == Slot(1, 1, None, None)
    assert store.slot.memo is None


def test_a_swap_keeps_the_epoch() -> None:
    store = MemoStore()
    store.drop()
    store.swap(1, memo(1), JOINED)
    assert (store.slot.epoch, store.slot.version) == (1, 2)


def test_an_observation_gives_what_was_fixed_and_a_number_of_its_own_and_the_slot() -> None:
    store = MemoStore()
    assert store.observe(lambda: "snapshot") == ("snapshot", 1, Slot())
    store.swap(0, memo(1), JOINED)
    assert store.observe(lambda: "next") == ("next", 2, store.slot)


def test_a_snapshot_that_cannot_be_fixed_takes_no_number_and_leaves_no_lock() -> None:
    def fail() -> None:
        message = "busy"
        raise OSError(message)

    store = MemoStore()
    with pytest.raises(OSError, match="busy"):
        store.observe(fail)
    assert store.observe(int)[1] == 1


def test_snapshots_are_numbered_in_the_order_in_which_they_are_fixed() -> None:
    """H08: were the number taken first, a later snapshot could carry a lower one."""
    store = MemoStore()
    fixed: list[int] = []
    numbered: list[tuple[int, int]] = []

    def fix() -> int:
        fixed.append(len(fixed))
        return fixed[-1]

    def observe() -> None:
        for _ in range(200):
            snapshot, number, _ = store.observe(fix)
            numbered.append((number, snapshot))

    in_threads(4, observe)
    assert sorted(numbered) == [(number, number - 1) for number in range(1, 801)]


def test_nothing_is_stored_between_a_snapshot_and_the_look_at_the_slot() -> None:
    store = MemoStore()
    fixing, swapped = Event(), Event()
    blocked: list[bool] = []

    def swap() -> None:
        fixing.wait(WAIT)
        store.swap(0, memo(1), JOINED)
        swapped.set()

    def fix() -> None:
        fixing.set()
        blocked.append(store._lock.locked() and not swapped.is_set())  # noqa: SLF001 - that it is held is the claim

    thread = Thread(target=swap)
    thread.start()
    _, _, slot = store.observe(fix)
    thread.join(WAIT)
    assert blocked == [True]
    assert slot == Slot()
    assert store.slot.memo == memo(1)


@pytest.mark.parametrize("attempt", range(20))
def test_of_swaps_against_one_version_exactly_one_wins(attempt: int) -> None:
    """H11: with check and store apart, two write-backs could both pass the check."""
    store = MemoStore(Slot(version=attempt))
    lost: list[Slot | None] = []
    in_threads(4, lambda: lost.append(store.swap(attempt, memo(1), JOINED)))
    assert (lost.count(None), store.slot.version) == (1, attempt + 1)
