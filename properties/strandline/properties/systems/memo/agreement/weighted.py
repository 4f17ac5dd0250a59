"""A choice that is mostly a good one: drawn bodies have many parts, and one bad part is enough to spoil them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def mostly(good: Sequence[T], odd: Sequence[T], times: int) -> st.SearchStrategy[T]:
    """Choose a good value at least so many times as often as an odd one; it shrinks to the first good one."""
    return st.sampled_from([*[*good] * ceil(times * len(odd) / len(good)), *odd])


def either(good: st.SearchStrategy[T], odd: st.SearchStrategy[T], times: int) -> st.SearchStrategy[T]:
    """Draw from the one strategy so many times as often as from the other."""
    return st.sampled_from([good] * times + [odd]).flatmap(lambda strategy: strategy)
