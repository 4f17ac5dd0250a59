"""Claims about the model of a persisted memo that processes share: what each leaves to the others."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import count
from typing import Any

from strandline.model.memo import persisted
from strandline.model.memo.persisted import NARROW, WIDE, Log, Memo, State, first
from strandline.model.terms import NEXT

STEPS = 20_000
"""Steps of the walk; enough for everything that may happen to happen."""


class Walk:
    """One world that is moved; each NEXT becomes a number above all others."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._numbers = count(2)

    def take(self, name: str, *args: int) -> tuple[Any, ...] | None:
        """Take a step and give its events; None if it cannot be taken."""
        found: Any = {action.name: action for action in persisted.actions()}[name].take(self.state, *args)
        if found is None:
            return None
        after, events = found if isinstance(found, tuple) else (found, ())
        number = next(self._numbers)
        parts = {field: _settled(getattr(after, field), number) for field in after.__dataclass_fields__}
        self.state = replace(after, **parts)
        return tuple(_settled(event, number) for event in events)

    def refresh(self, me: int, wants: int = WIDE) -> Memo:
        """Look and read; give the memo that the answer goes on from."""
        assert self.take("look", me, wants) is not None
        ((_, base, *_),) = self.take("read", me) or ()
        assert isinstance(base, Memo)
        return base


def _settled(value: Any, number: int) -> Any:  # noqa: ANN401 - any part of a state
    if value is NEXT:
        return number
    if isinstance(value, tuple):
        parts = [_settled(one, number) for one in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value


def test_what_one_process_saves_another_one_goes_on_from() -> None:
    walk = Walk(first(2))
    assert not walk.refresh(0).commit
    assert walk.take("save", 0)
    assert walk.refresh(1).commit


def test_the_slower_of_two_saves_is_refused() -> None:
    walk = Walk(first(2, writes=1))
    walk.refresh(0)
    walk.take("write")
    walk.refresh(1)
    walk.take("save", 1)
    assert walk.take("save", 0) == (("lost", True),)
    assert walk.state.file.memo.commit == walk.state.log.commit


def test_a_memo_of_another_history_is_not_gone_on_from() -> None:
    walk = Walk(first(2, replacements=1))
    walk.refresh(0)
    walk.take("save", 0)
    walk.take("replace")
    assert not walk.refresh(1).commit


def test_who_hears_of_a_drop_forgets_its_memo_and_learns_what_was_saved_since() -> None:
    walk = Walk(first(2, drops=1, writes=1))
    walk.refresh(0)
    walk.take("save", 0)
    walk.take("drop", 1)
    walk.refresh(1)
    walk.take("save", 1)
    assert walk.take("look", 0, NARROW) == (("dropped",), ("looked", walk.state.file.memo, True))
    assert walk.state.processes[0].use == walk.state.file.memo


def test_a_damaged_memo_is_not_read() -> None:
    walk = Walk(first(2, damages=1))
    walk.refresh(0)
    walk.take("save", 0)
    walk.take("damage")
    assert walk.take("look", 1, WIDE) == (("looked", Memo(), False),)


def test_everything_that_may_happen_happens_and_an_answer_is_of_the_log() -> None:
    dice = random.Random(7)  # noqa: S311 - dice, and the same ones each time
    names = [(action.name, action.by is not None, action.args) for action in persisted.actions()]
    seen = set()
    budget = {"writes": 3, "replacements": 2, "drops": 2, "deaths": 2, "damages": 2, "removals": 2, "copies": 2}
    walk = Walk(first(3, **budget))
    for step in range(STEPS):
        if step % 60 == 0:
            walk = Walk(first(3, **budget))
        name, by, args = dice.choice(names)
        given = dice.choice(args)
        asked = ((dice.randrange(3),) if by else ()) + (given if isinstance(given, tuple) else (given,))
        events = walk.take(name, *asked)
        if events is None:
            continue
        seen.add(name)
        for event in events:
            if event[0] == "answered" and event[1].commit:
                assert event[1].history == walk.state.log.history
    assert seen == {name for name, *_ in names}
    assert walk.state.log != Log()
