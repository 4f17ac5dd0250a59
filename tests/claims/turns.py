"""What rows make of turns, and what is told of those that they say too little of.

A side says how it reads rows, by a class of its own below :class:`Turns`, and is held against all that stands here.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Any, Final, NamedTuple, TypeAlias

import pytest

from tests.claims.days import Instants

EVER: Final[Instants] = (None, None)
KINDS: Final = ("tags", "request", "submission", "started", "completed", "rerouted")
STATING: Final = KINDS[:3]
"""The kinds that state a tier, the best one first."""


class Stated(NamedTuple):
    """What the body of a row states, by its kind; a tier of a submission is None if it asks for nothing."""

    kind: str
    tier: str | None = None
    model: str = "m"
    turn: str = "t"

    @property
    def body(self) -> str:
        """The body as codex writes it; its span names the thread."""
        span = f"turn{{turn.id={self.turn} thread_id=span}}: "
        match self.kind:
            case "tags":
                return f'{span}model="{self.model}" tags_json={{"service_tier":"{self.tier}"}}'
            case "request":
                payload = {"type": "response.create", "service_tier": self.tier, "model": self.model}
                return f"{span}websocket request: {json.dumps(payload)}"
            case "submission":
                tier = "None" if self.tier is None else f'Some(Some("{self.tier}"))'
                op = f'UserInput {{ thread_settings: S {{ service_tier: {tier}, model: "{self.model}" }} }}'
                return f'{span}Submission sub=Submission {{ id: "{self.turn}", op: {op} }}'
            case "started":
                return f'{span}Submission submission_id="{self.turn}" operation="turn_input"'
            case "completed":
                done = {"type": "response.completed", "response": {"model": self.model}}
                return f"{span}websocket event: {json.dumps(done)}"
            case "rerouted":
                return f"{span}server reported model {self.model} while requested model was m"
        return f"{span}Submission sub=x{{"


class Written(NamedTuple):
    """A row: its id, the second at which it was written, the thread it is filed under, and its body."""

    id: int
    ts: int
    body: str
    thread: str | None = "th"


Told: TypeAlias = tuple[int, int, int, int, int, int, int]
"""Rows that state a tier by tags, request and submission; turns seen, and untold; rows of no turn, and unreadable."""

Case: TypeAlias = tuple[tuple[str, str | None], ...]
"""Rows of one turn by ascending id: kinds and tiers."""


def rows(*stated: Stated) -> list[Written]:
    """Give rows with these bodies, each written in the second that is its id."""
    return [Written(number, number, one.body) for number, one in enumerate(stated, 1)]


def of_one_turn(case: Iterable[tuple[str, str | None]]) -> list[Written]:
    """Give rows of one turn; the model of each is its number."""
    return rows(*(Stated(kind, tier, f"m{number}") for number, (kind, tier) in enumerate(case, 1)))


DECIDED: Final[list[tuple[Case, int | None]]] = [
    *(((("submission", "priority"), (kind, "default")), None) for kind in ("tags", "request")),
    *(((("tags", tier), ("submission", "priority")), None) for tier in ("default", "flex", "unset", "fast")),
    ((("submission", "priority"), ("request", None)), None),
    ((("request", None),), None),
    ((("request", "priority"), ("tags", "default")), None),
    ((("submission", "default"), ("tags", "priority")), 2),
    ((("tags", "priority"), ("request", "default"), ("submission", "default")), 1),
    ((("request", "priority"), ("submission", "default")), 1),
    ((("submission", "priority"), ("submission", None)), 1),
    ((("submission", "priority"), ("started", None)), 1),
    ((("submission", None),), None),
]
"""Rows of one turn, and which of them tells that it ran on priority."""

UNTOLD: Final[list[tuple[Case, tuple[int, int]]]] = [
    ((("started", None),), (1, 1)),
    ((("submission", None),), (1, 1)),
    ((("submission", None), ("started", None), ("completed", None)), (1, 1)),
    ((("submission", "default"),), (1, 0)),
    ((("started", None), ("submission", "default")), (1, 0)),
    ((("request", None),), (1, 0)),
    ((("started", None), ("request", None)), (1, 0)),
    ((("submission", None), ("tags", "unset")), (1, 0)),
    ((("tags", "unset"), ("submission", None)), (1, 0)),
    *(((((kind, tier),), (1, 0))) for kind in STATING for tier in ("default", "flex", "", "Priority", "priority ")),
    ((("completed", None),), (0, 0)),
    ((("rerouted", None),), (0, 0)),
]
"""Rows of one turn; how many turns are seen then, and of how many no row tells the tier."""


class Turns:
    """Claims about the turns of a side."""

    def turns(self, written: Iterator[Written], span: Instants) -> tuple[Any, ...]:
        """Give the turns on priority: id, how that is known, thread, second, model."""
        raise NotImplementedError

    def told(self, written: Iterator[Written], span: Instants) -> Told:
        """Give what is told of a window."""
        raise NotImplementedError

    def of(self, written: Iterable[Written], span: Instants = EVER) -> tuple[Any, ...]:
        return tuple(map(tuple, self.turns(iter(written), span)))

    def test_no_row_makes_no_turn(self) -> None:
        assert self.of([]) == ()
        assert self.told(iter([]), EVER) == (0,) * 7

    @pytest.mark.parametrize(
        ("kind", "how"), [("tags", "in force"), ("request", "requested"), ("submission", "asked for")]
    )
    def test_a_turn_on_priority_says_how_that_is_known(self, kind: str, how: str) -> None:
        assert self.of(of_one_turn([(kind, "priority")])) == (("t", how, "th", 1, "m1"),)

    def test_fast_means_priority_where_it_is_asked_for_and_nowhere_else(self) -> None:
        found = [self.of(of_one_turn([(kind, "fast")])) for kind in STATING]
        assert found == [(), (), (("t", "asked for", "th", 1, "m1"),)]

    @pytest.mark.parametrize(("case", "row"), DECIDED)
    def test_the_best_kind_of_row_decides_alone(self, case: Case, row: int | None) -> None:
        assert [turn[3] for turn in self.of(of_one_turn(case))] == ([] if row is None else [row])

    def test_in_whatever_order_rows_come_the_best_kind_says_no(self) -> None:
        for case in permutations((("tags", "default"), ("request", "priority"), ("submission", "priority"))):
            assert self.of(of_one_turn(case)) == ()

    @pytest.mark.parametrize("kind", STATING)
    def test_a_later_row_of_the_kind_does_not_unset_priority_and_the_last_that_says_so_is_told(self, kind: str) -> None:
        found = self.of(of_one_turn((kind, tier) for tier in ("priority", "default", "priority", "flex")))
        assert [turn[3:] for turn in found] == [(3, "m3")]

    def test_the_row_with_the_highest_id_is_told_even_if_its_time_is_earlier_and_its_model_unknown(self) -> None:
        late, early = (Stated("tags", "priority", model).body for model in ("m", " "))
        assert self.of([Written(1, 9, late), Written(2, 3, early)]) == (("t", "in force", "th", 3, None),)

    @pytest.mark.parametrize("kind", ["completed", "rerouted"])
    def test_what_the_server_used_overrides_the_model_and_nothing_else_whichever_id_is_higher(self, kind: str) -> None:
        stating: tuple[str, str | None] = ("tags", "priority")
        assert self.of(of_one_turn([stating, (kind, None)])) == (("t", "in force", "th", 1, "m2"),)
        assert self.of(of_one_turn([(kind, None), stating])) == (("t", "in force", "th", 2, "m1"),)

    def test_the_last_completion_or_reroute_is_the_one_that_overrides(self) -> None:
        for kinds in (("completed", "rerouted"), ("rerouted", "completed")):
            found = self.of(of_one_turn([("request", "priority"), *((kind, None) for kind in kinds)]))
            assert [turn[4] for turn in found] == ["m3"]

    @pytest.mark.parametrize(
        ("column", "thread"), [("th", "th"), ("ä", "ä"), (None, "span"), ("", "span"), (" \u3000", "span")]
    )
    def test_the_thread_is_that_of_the_column_else_that_of_the_span(self, column: str | None, thread: str) -> None:
        found = self.of([Written(1, 1, Stated("tags", "priority").body, column)])
        assert [turn[2] for turn in found] == [thread]

    def test_turns_come_sorted_by_turn_id_by_code_points(self) -> None:
        found = self.of(rows(*(Stated("tags", "priority", turn=turn) for turn in ("b", "a", "B", "\u00e9", "a\0"))))
        assert [turn[0] for turn in found] == ["B", "a", "a\0", "b", "\u00e9"]

    def test_a_deleted_row_that_said_no_brings_a_turn_back_and_a_wider_span_can_hold_fewer_turns(self) -> None:
        both = of_one_turn([("submission", "priority"), ("tags", "default")])
        assert self.of(both) == self.of(both, (None, 3)) == ()
        assert self.of(both[:1]) == self.of(both, (None, 2)) == (("t", "asked for", "th", 1, "m1"),)

    @pytest.mark.parametrize(("case", "seen_and_untold"), UNTOLD)
    def test_a_turn_is_untold_if_no_row_states_its_tier_or_asks_for_one(
        self, case: Case, seen_and_untold: tuple[int, int]
    ) -> None:
        assert self.told(iter(of_one_turn(case)), EVER)[3:5] == seen_and_untold
        assert self.of(of_one_turn(case)) == ()

    def test_one_row_that_states_a_tier_says_nothing_of_other_turns(self) -> None:
        stated = (Stated("tags", "priority", turn="a"), Stated("started", turn="b"), Stated("submission", turn="c"))
        assert self.told(iter(rows(*stated)), EVER)[3:5] == (3, 2)

    def test_rows_that_state_a_tier_are_counted_whatever_it_is(self) -> None:
        tags = (("tags", tier) for tier in ("default", "priority", "priority"))
        asking = (("request", None), ("request", "priority"), ("submission", "default"), ("submission", None))
        silent = ((kind, None) for kind in KINDS[3:])
        assert self.told(iter(of_one_turn([*tags, *asking, *silent])), EVER) == (3, 2, 1, 1, 0, 0, 0)

    def test_rows_of_no_turn_and_unreadable_rows_are_counted_and_nothing_else(self) -> None:
        lost = rows(*(Stated(kind, "priority", turn="") for kind in KINDS), *[Stated("unreadable")] * 2)
        assert self.told(iter(lost), EVER) == (0, 0, 0, 0, 0, 6, 2)
        assert self.of(lost) == ()

    def test_only_rows_within_the_span_count(self) -> None:
        stated = (
            *((5, Stated("tags", "priority", "in")), (9, Stated("completed", model="late"))),
            *((10, Stated("tags", "priority")), (4, Stated("tags", "priority", "early"))),
            *((9, Stated("unreadable")), (9, Stated("request", turn=""))),
        )
        written = [Written(number, ts, one.body) for number, (ts, one) in enumerate(stated, 1)]
        assert self.of(written, (5, 9)) == (("t", "in force", "th", 5, "in"),)
        assert self.of(written, (6, 10)) == ()
        assert self.told(iter(written), (5, 9)) == (1, 0, 0, 1, 0, 0, 0)
        assert self.told(iter(written), (6, 10)) == (0, 0, 0, 0, 0, 1, 1)
