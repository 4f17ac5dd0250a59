"""Tables: the same as a dictionary of pairs, however they are stored."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.properties.engines.exhaust import tables
from strandline.properties.engines.exhaust.tables import UNKNOWN, Table

FAR = (1 << 31) - 1
"""The highest number that a pair may hold."""

numbers = st.integers(0, 40) | st.integers(0, FAR)
pairs = st.tuples(numbers, numbers)
batches = st.lists(st.dictionaries(pairs, st.integers(0, FAR), min_size=1, max_size=30), max_size=8)


def got(table: Table, asked: list[tuple[int, int]]) -> list[int]:
    first, second = np.array(asked, np.int64).reshape(-1, 2).T.copy()
    return [int(number) for number in table.get(first, second)]


@pytest.mark.parametrize("dense_max", [1 << 6, 1 << 10, 1 << 22])
@given(batches=batches, others=st.lists(pairs, max_size=20))
def test_a_table_is_a_dictionary_dense_hashed_and_when_it_turns_from_one_to_the_other(
    dense_max: int, batches: list[dict[tuple[int, int], int]], others: list[tuple[int, int]]
) -> None:
    known: dict[tuple[int, int], int] = {}
    with mock.patch.object(tables, "DENSE_MAX", dense_max):
        table = Table()
        for batch in batches:
            new = {pair: number for pair, number in batch.items() if pair not in known}
            if new:
                first, second = np.array(list(new), np.int64).T.copy()
                table.put(first, second, np.array(list(new.values()), np.int64))
            known |= new
            asked = [*known, *others]
            assert got(table, asked) == [known.get(pair, UNKNOWN) for pair in asked]


def test_many_pairs_that_are_scattered_to_few_places_are_all_found() -> None:
    table = Table()
    pairs = [(0, FAR), *((one, one * 7919 % 4093) for one in range(5000))]
    for place, (first, second) in enumerate(pairs):
        table.put_one(first, second, place)
    assert got(table, pairs) == list(range(len(pairs)))
    assert got(table, [(1, 0), (FAR, FAR)]) == [UNKNOWN, UNKNOWN]


def test_a_pair_beyond_an_array_is_unknown_and_asks_for_no_room() -> None:
    table = Table()
    table.put_one(0, 0, 5)
    before = table.nbytes
    assert got(table, [(0, 0), (8, 0), (0, 8), (FAR, FAR)]) == [5, UNKNOWN, UNKNOWN, UNKNOWN]
    assert table.nbytes == before


def test_a_table_of_far_pairs_takes_room_for_what_was_put_and_not_for_what_could_be() -> None:
    table = Table()
    table.put_one(FAR, FAR, 1)
    assert table.nbytes < 10_000
