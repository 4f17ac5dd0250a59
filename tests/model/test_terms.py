"""Claims about the terms of a model: marks and NEXT are the same in every process, and replace changes records."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from strandline.model.terms import ACTORS, NEXT, WHOLE, replace


class Pair(NamedTuple):
    one: int = 1
    other: int = 2


@dataclass(frozen=True)
class Point:
    x: int = 0
    y: int = 0


class Lazily:
    """Stands for a record that an engine reads lazily."""

    def __init__(self, changes: dict[str, Any]) -> None:
        self.changes = changes

    def replaced_lazily(self, changes: dict[str, Any]) -> Lazily:
        return Lazily(self.changes | changes)


@pytest.mark.parametrize("mark", [ACTORS, WHOLE, NEXT], ids=repr)
def test_a_mark_is_the_same_after_it_was_sent_to_another_process(mark: object) -> None:
    assert pickle.loads(pickle.dumps(mark)) is mark  # noqa: S301 - a test's own bytes


def test_next_is_above_every_number_and_as_high_as_itself() -> None:
    assert NEXT > 10**9
    assert NEXT >= 10**9
    assert not NEXT < 10**9
    assert not NEXT <= 10**9
    assert NEXT <= NEXT  # noqa: PLR0124 - it is compared with itself on purpose
    assert not NEXT > NEXT  # noqa: PLR0124 - it is compared with itself on purpose


def test_a_record_of_any_kind_is_replaced_and_stays_what_it_was() -> None:
    pair, point, lazy = Pair(), Point(), Lazily({"x": 1})
    assert (replace(pair, other=5), pair) == (Pair(1, 5), Pair(1, 2))
    assert (replace(point, y=5), point) == (Point(0, 5), Point(0, 0))
    assert (replace(lazy, y=2).changes, lazy.changes) == ({"x": 1, "y": 2}, {"x": 1})


@pytest.mark.parametrize(
    ("record", "says"),
    [(Pair(), "a Pair has no field 'third'"), (Point(), "third"), (3, "a int is no record")],
    ids=["named tuple", "dataclass", "no record"],
)
def test_what_cannot_be_replaced_is_named(record: object, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        replace(record, third=3)
