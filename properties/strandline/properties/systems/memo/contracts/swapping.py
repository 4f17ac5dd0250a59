"""Compare-and-swap (M3, M8): the store itself, its lock and its slot, for all versions and epochs.

The model has no versions; it marks who was overtaken, and the search holds the two beside each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.impl.memo.store import Joined, MemoStore, Slot
from strandline.impl.memo.window import Span
from strandline.properties.engines.contracts.condition import Texts, contract
from strandline.properties.systems.memo.contracts import wrong
from strandline.properties.systems.memo.contracts.sides import impl_memo

One: TypeAlias = Callable[[int, int, int], bool]
"""A contract over the version and the epoch of a slot, and the version that a swap was decided against."""

_JOINED: Final = Joined(Span(None, None), ())
_MEMO: Final = impl_memo((0, 0, 0, 0))


@contract("M3", Texts(impl=MemoStore), wrong.BlindStore, "never compares", quick=True)
def outdated_stores_nothing(store: type[MemoStore]) -> One:
    """A swap decided against another version stores nothing."""

    def compares(version: int, epoch: int, decided: int) -> bool:
        """A swap that was decided against another version gives the slot as it is, and changes nothing.

        pre: decided != version
        post: _
        """
        kept = store(Slot(version, epoch))
        return kept.swap(decided, _MEMO, _JOINED) == kept.slot == Slot(version, epoch)

    return compares


@contract("M3", Texts(impl=MemoStore), wrong.UnversionedStore, "keeps the version", quick=True)
def stored_raises_the_version(store: type[MemoStore]) -> One:
    """A swap decided against this version stores and raises it."""

    def swaps(version: int, epoch: int, decided: int) -> bool:
        """A swap that was decided against this version stores, raises the version and keeps the epoch.

        pre: decided == version
        post: _
        """
        kept = store(Slot(version, epoch))
        lost = kept.swap(decided, _MEMO, _JOINED)
        return lost is None and kept.slot == Slot(version + 1, epoch, _MEMO, _JOINED)

    return swaps


@contract("M3", Texts(impl=MemoStore), wrong.UnversionedStore, "keeps the version", quick=True)
def second_is_lost(store: type[MemoStore]) -> One:
    """Of two swaps decided against one version the second is lost."""

    def races(version: int, epoch: int, decided: int) -> bool:
        """Of two swaps that were decided against one version the second one is lost.

        pre: decided == version
        post: _
        """
        kept = store(Slot(version, epoch))
        kept.swap(decided, _MEMO, _JOINED)
        return kept.swap(decided, _MEMO, _JOINED) is not None

    return races


@contract("M8", Texts(impl=MemoStore), wrong.UnversionedStore, "keeps the version", quick=True)
def drop_outdates(store: type[MemoStore]) -> One:
    """A drop loses every swap decided before it."""

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


@contract("M3", Texts(impl=MemoStore), wrong.UnnumberedStore, "numbers all alike", quick=True)
def observations_rise(store: type[MemoStore]) -> One:
    """A later snapshot has a higher number."""

    def numbers(version: int, epoch: int, decided: int) -> bool:
        """Two snapshots are numbered in the order in which they were fixed, and see the slot as it is.

        post: _
        """
        kept = store(Slot(version, epoch), decided)
        _, first, seen = kept.observe(lambda: None)
        _, second, _ = kept.observe(lambda: None)
        return decided < first < second and seen == Slot(version, epoch)

    return numbers
