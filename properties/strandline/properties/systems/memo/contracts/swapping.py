"""Compare-and-swap (M3, M8): the store itself, its lock and its slot, for all versions and epochs.

The model has no versions; it marks who was overtaken, and the search holds the two beside each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.impl.memo.store import Joined, MemoStore, Slot
from strandline.impl.memo.window import Span
from strandline.properties.engines.contracts.condition import Contract
from strandline.properties.systems.memo.contracts import wrong
from strandline.properties.systems.memo.contracts.sides import impl_memo

One: TypeAlias = Callable[[int, int, int], bool]
"""A contract over the version and the epoch of a slot, and the version that a swap was decided against."""

_JOINED: Final = Joined(Span(None, None), ())
_MEMO: Final = impl_memo((0, 0, 0, 0))


def outdated_stores_nothing(store: type[MemoStore]) -> One:
    """Make the contract that a swap compares."""

    def compares(version: int, epoch: int, decided: int) -> bool:
        """A swap that was decided against another version gives the slot as it is, and changes nothing.

        pre: decided != version
        post: _
        """
        kept = store(Slot(version, epoch))
        return kept.swap(decided, _MEMO, _JOINED) == kept.slot == Slot(version, epoch)

    return compares


def stored_raises_the_version(store: type[MemoStore]) -> One:
    """Make the contract that a swap swaps, and that everybody can tell."""

    def swaps(version: int, epoch: int, decided: int) -> bool:
        """A swap that was decided against this version stores, raises the version and keeps the epoch.

        pre: decided == version
        post: _
        """
        kept = store(Slot(version, epoch))
        lost = kept.swap(decided, _MEMO, _JOINED)
        return lost is None and kept.slot == Slot(version + 1, epoch, _MEMO, _JOINED)

    return swaps


def second_is_lost(store: type[MemoStore]) -> One:
    """Make the contract that of two swaps one is lost."""

    def races(version: int, epoch: int, decided: int) -> bool:
        """Of two swaps that were decided against one version the second one is lost.

        pre: decided == version
        post: _
        """
        kept = store(Slot(version, epoch))
        kept.swap(decided, _MEMO, _JOINED)
        return kept.swap(decided, _MEMO, _JOINED) is not None

    return races


def drop_outdates(store: type[MemoStore]) -> One:
    """Make the contract that nothing that was decided before a drop is stored after it."""

    def drops(version: int, epoch: int, decided: int) -> bool:
        """A drop forgets the memo, raises the epoch, and makes every swap that was decided before it a lost one.

        pre: decided <= version
        post: _
        """
        kept = store(Slot(version, epoch, _MEMO, _JOINED))
        kept.drop()
        slot = kept.slot
        lost = kept.swap(decided, _MEMO, _JOINED) is not None
        return lost and slot.memo is None and slot.epoch > epoch

    return drops


def observations_rise(store: type[MemoStore]) -> One:
    """Make the contract that a later snapshot has a higher number."""

    def numbers(version: int, epoch: int, decided: int) -> bool:
        """Two snapshots are numbered in the order in which they were fixed, and see the slot as it is.

        post: _
        """
        kept = store(Slot(version, epoch), decided)
        _, first, seen = kept.observe(lambda: None)
        _, second, _ = kept.observe(lambda: None)
        return decided < first < second and seen == Slot(version, epoch)

    return numbers


impl_outdated_stores_nothing = outdated_stores_nothing(MemoStore)
wrong_outdated_stores_nothing = outdated_stores_nothing(wrong.BlindStore)
impl_stored_raises_the_version = stored_raises_the_version(MemoStore)
wrong_stored_raises_the_version = stored_raises_the_version(wrong.UnversionedStore)
impl_second_is_lost = second_is_lost(MemoStore)
wrong_second_is_lost = second_is_lost(wrong.UnversionedStore)
impl_drop_outdates = drop_outdates(MemoStore)
wrong_drop_outdates = drop_outdates(wrong.UnversionedStore)
impl_observations_rise = observations_rise(MemoStore)
wrong_observations_rise = observations_rise(wrong.UnnumberedStore)

CONTRACTS: Final = (
    Contract(
        "outdated_stores_nothing",
        "M3",
        "a swap decided against another version stores nothing",
        "never compares",
        sides=("impl",),
        quick=("impl",),
    ),
    Contract(
        "stored_raises_the_version",
        "M3",
        "a swap decided against this version stores and raises it",
        "keeps the version",
        sides=("impl",),
        quick=("impl",),
    ),
    Contract(
        "second_is_lost",
        "M3",
        "of two swaps decided against one version the second is lost",
        "keeps the version",
        sides=("impl",),
        quick=("impl",),
    ),
    Contract(
        "drop_outdates",
        "M8",
        "a drop loses every swap decided before it",
        "keeps the version",
        sides=("impl",),
        quick=("impl",),
    ),
    Contract(
        "observations_rise",
        "M3",
        "a later snapshot has a higher number",
        "numbers all alike",
        sides=("impl",),
        quick=("impl",),
    ),
)
"""All that is to be confirmed of the store."""
