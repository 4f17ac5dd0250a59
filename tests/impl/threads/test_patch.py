"""Claims about the algebra of metadata: how what lines set is merged does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.threads.patch import (
    COLUMNS,
    EMPTY,
    Cell,
    Patch,
    Value,
    at_rest,
    is_touch,
    last,
    latch,
    maximum,
    merge,
    patch,
    split_recency,
)


def cells(column: int) -> st.SearchStrategy[Cell | None]:
    chosen = COLUMNS[column]
    values: st.SearchStrategy[Value] = st.integers(0, 3) if chosen.kind is int else st.sampled_from("abc")
    if chosen.clearable:
        values = st.one_of(st.none(), values)
    explicit = st.booleans() if chosen.settable else st.just(value=False)
    return st.one_of(st.none(), st.builds(Cell, values, explicit))


PATCHES = st.tuples(*(cells(place) for place in range(len(COLUMNS)))).map(Patch)


@given(PATCHES, PATCHES, PATCHES)
def test_merging_is_associative(a: Patch, b: Patch, c: Patch) -> None:
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(PATCHES)
def test_the_empty_patch_is_the_identity(a: Patch) -> None:
    assert merge(EMPTY, a) == a == merge(a, EMPTY)


@given(PATCHES, PATCHES)
def test_a_fold_that_takes_up_lines_twice_is_the_same_fold(a: Patch, b: Patch) -> None:
    whole = merge(a, b)
    assert merge(whole, b) == whole == merge(a, whole)


@given(PATCHES, PATCHES)
def test_a_row_takes_a_patch_as_the_fold_does(a: Patch, b: Patch) -> None:
    assert at_rest(merge(at_rest(a), b)) == at_rest(merge(a, b))


@given(PATCHES, PATCHES)
def test_what_is_derived_never_replaces_what_is_explicit(a: Patch, b: Patch) -> None:
    for former, latter, merged in zip(a.cells, b.cells, merge(a, b).cells, strict=True):
        if former is not None and former.explicit and not (latter is not None and latter.explicit):
            assert merged == former
        if latter is not None and latter.explicit:
            assert merged == latter


@pytest.mark.parametrize("join", [last, latch])
def test_clearing_is_not_the_same_as_leaving_unset(join: object) -> None:
    assert callable(join)
    assert join(Cell("a"), None) == Cell("a")
    assert join(Cell("a"), Cell(None, explicit=True)) == Cell(None, explicit=True)
    assert join(Cell(None, explicit=True), Cell("b")) == Cell(None, explicit=True)


def test_a_latch_keeps_the_first_derived_value_and_a_last_the_last_one() -> None:
    assert latch(Cell("a"), Cell("b")) == Cell("a")
    assert last(Cell("a"), Cell("b")) == Cell("b")
    assert last(Cell("a"), Cell(None)) == Cell(None)
    assert latch(Cell("a", explicit=True), Cell("b", explicit=True)) == Cell("b", explicit=True)


@given(st.lists(st.integers(), min_size=1))
def test_a_maximum_is_the_maximum(numbers: list[int]) -> None:
    found: Cell | None = None
    for number in numbers:
        found = maximum(found, Cell(number))
    assert found == Cell(max(numbers))


@given(PATCHES)
def test_recency_and_the_rest_make_the_whole(a: Patch) -> None:
    rest, recency = split_recency(a)
    assert merge(rest, recency) == a
    assert rest.value("recency_at") is None


def test_only_what_raises_nothing_but_updated_at_is_a_touch() -> None:
    assert is_touch(patch({"updated_at": 5}))
    assert not is_touch(patch({"updated_at": 5, "model": "m"}))
    assert not is_touch(patch({"recency_at": 5}))
