"""Tries: a function is asked once for each distinct value of what it reads, and no further than it looks."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.properties.engines.exhaust.cells import Cells
from strandline.properties.engines.exhaust.entry import NOTHING
from strandline.properties.engines.exhaust.layout import Field, Held, Layout
from strandline.properties.engines.exhaust.trie import Trie
from strandline.properties.engines.exhaust.world import Action, Component, World, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.reading import Handed

NAMES = ("a", "b", "c")
Row = tuple[int, int, int]

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=40)


def nothing(_at: object) -> None:
    return None


def cells() -> Cells:
    """Make cells whose values are their own numbers."""
    made = Cells(World("w", tuple(Component(name, 0) for name in NAMES), (Action("act", NAMES, NAMES, nothing),)))
    for pool in made.pools:
        for value in range(4):
            pool.number(value)
    return made


def walked(trie: Trie, states: list[Row]) -> list[int]:
    """Give the answer for each state, in their order."""
    columns = [np.array([state[place] for state in states], np.int64) for place in range(3)]
    fields = tuple(Field((cell,), 8 * cell, 8, None) for cell in range(3))
    packed = Layout(fields).packed(columns)
    assert packed is not None
    found, leaves = trie.walk(Held(Layout(fields), packed))
    answers = [NOTHING] * len(states)
    assert NOTHING not in leaves
    for place, leaf in zip(found.tolist(), leaves.tolist(), strict=True):
        answers[place] = leaf
    return answers


def test_nothing_of_a_walk_is_left_when_it_is_over() -> None:
    """A search walks millions of states, and Python rarely looks for circles of garbage meanwhile."""
    gc.disable()
    try:
        trie = Trie("f", cells(), NAMES, lambda at: 1 + at["a"] + at["b"] + at["c"])
        layout = Layout(tuple(Field((cell,), 8 * cell, 8, None) for cell in range(3)))
        held = Held(layout, np.array([1, 2 << 8, 3 << 16]))
        trie.walk(held)
        over = weakref.ref(held)
        del held
        assert trie.peeks
        assert over() is None
    finally:
        gc.enable()


class Asking:
    """A trie over a function that counts how often it is asked to the end."""

    def __init__(self, function: Callable[[Handed], int], reads: tuple[str, ...] = NAMES) -> None:
        self.answered: list[int] = []
        self._function = function
        self.trie = Trie("act", cells(), reads, self._answer)

    def _answer(self, at: Handed) -> int:
        answer = self._function(at)
        self.answered.append(answer)
        return answer


def mixed(at: Handed) -> int:
    """Look further or not, as it comes: at b only if a is odd, at c only if b is 2."""
    if at["a"] % 2 == 0:
        return int(at["a"])
    return 10 + int(at["b"]) if at["b"] != 2 else 100 + int(at["c"])


@given(rows, rows)
def test_the_answers_are_those_of_the_function_asked_once_for_what_it_looked_at(
    some: list[Row], more: list[Row]
) -> None:
    asking = Asking(mixed)
    for states in (some, more, some):
        wanted = [mixed(dict(zip(NAMES, state, strict=True))) for state in states]  # type: ignore[arg-type] # read alike
        assert walked(asking.trie, states) == wanted
    looked = {(a,) if a % 2 == 0 else (a, b) if b != 2 else (a, b, c) for a, b, c in [*some, *more]}
    assert len(asking.answered) == len(asking.trie.asked) == len(looked)


def test_a_function_that_looks_at_nothing_is_asked_once_for_all() -> None:
    asking = Asking(lambda _at: 7)
    assert walked(asking.trie, [(0, 0, 0), (3, 3, 3)]) == [7, 7]
    assert len(asking.answered) == 1
    assert asking.trie.peeks == 0


def test_a_function_is_left_once_and_after_that_asked_in_a_state_that_has_all_it_wants() -> None:
    asking = Asking(lambda at: int(at["a"]) + int(at["b"]))
    walked(asking.trie, [(0, 0, 0), (0, 1, 0), (1, 0, 0)])
    assert (asking.trie.peeks, len(asking.trie.asked)) == (1, 3)


def test_a_function_that_catches_everything_is_left_all_the_same() -> None:
    def greedy(at: Handed) -> int:
        try:
            return int(at["b"])
        except Exception:  # noqa: BLE001 - as somebody's function may
            return 99

    assert walked(Asking(greedy).trie, [(0, 3, 0), (1, 2, 0)]) == [3, 2]


def test_what_was_not_declared_cannot_be_read() -> None:
    with pytest.raises(WorldError, match="act read 'a', which it did not declare"):
        Asking(lambda at: int(at["a"]), reads=("b",))
