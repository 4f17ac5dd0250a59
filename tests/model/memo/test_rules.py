"""Claims about rules: what text a body has, and how the rows of a world are born by them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from strandline.model.memo import truth as module
from strandline.model.memo.days import Span
from strandline.model.memo.events import Answered
from strandline.model.memo.log import Raw, Row
from strandline.model.memo.oracle import oracle
from strandline.model.memo.rules import CODEX, Rules, text_of
from strandline.model.memo.state import Scope, Template, Window, drafted
from strandline.model.memo.truth import Truth
from strandline.model.memo.world import init, step
from strandline.model.terms import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.model.memo.events import Event
    from strandline.model.memo.log import Body

EVER = Span(None, None)


def words(rows: Iterable[Row], span: Span) -> tuple[object, ...]:
    return tuple(row.body for row in rows if isinstance(row.ts, int) and span.holds(row.ts) and text_of(row.body))


COARSE = Rules("words", text_of, words, moments=False)
SCOPE = Scope(
    windows=(Window(EVER),),
    templates=(Template(100, None, None, "a"), Template("noon", None, None, "b")),
    budget=(("append", 2), ("start", 1)),
    refreshers=1,
    rules=COARSE,
)


@pytest.mark.parametrize(
    ("body", "text"),
    [("a", "a"), ("", ""), (Raw(b"a\0"), "a\0"), (Raw(b"\xff"), None), (b"a", None), (None, None)],
)
def test_a_body_has_a_text_if_it_is_one_that_decodes(body: Body, text: str | None) -> None:
    assert text_of(body) == text


def test_a_body_that_is_too_long_has_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_MAX", 3)
    assert text_of("\u00e9a") == "\u00e9a"
    assert text_of("\u00e9\u00e9") is None


def test_a_text_with_a_lone_surrogate_is_none() -> None:
    assert text_of("\ud800") is None


def test_the_rules_of_codex_answer_as_the_oracle_does() -> None:
    asked = 'turn{turn.id=t}: websocket request: {"type":"response.create","service_tier":"priority"}'
    rows = [Row(1, 5, 1, "h", None, asked), Row(2, 6, 2, None, None, "noise")]
    assert CODEX.truth(tuple(rows), EVER) == oracle(rows, EVER)
    assert CODEX.answer(rows, EVER) != ()
    assert [CODEX.fact(row.body) is None for row in rows] == [False, True]


def test_rows_without_a_fraction_of_the_second_are_each_born_at_a_second_of_their_own() -> None:
    world = init(SCOPE)
    for second in (101, 102):
        assert drafted(world, SCOPE, 0) == (second, 0, None, None, "a")
        world, _ = step(world, SCOPE, Step("append"))
    assert drafted(world, SCOPE, 1).ts == "noon"
    kept = replace(SCOPE, rules=replace(COARSE, moments=True))
    assert drafted(world, kept, 0) == (100, 3, None, None, "a")


def test_a_world_answers_by_its_own_rules() -> None:
    world = init(SCOPE)
    seen: list[Event] = []
    gates = [Step(gate, 0) for gate in ("start", "locate", "connect", "read", "check", "store")]
    for action in (Step("append"), *gates):
        world, events = step(world, SCOPE, action)
        seen += events
    assert [event.turns for event in seen if isinstance(event, Answered)] == [("a",)]
    assert world.slot.memo is not None
    assert [row.body for row in world.slot.memo.sources] == ["a"]


WORDS = Rules("words", lambda body: text_of(body) or None, words)


@pytest.mark.parametrize(("ts", "body"), [(100, "a"), (100, None), (100, b"a"), ("noon", "a"), ("noon", "")])
def test_an_answer_rests_on_what_states_something_and_on_what_is_skipped(ts: object, body: Body) -> None:
    assert WORDS.is_source(Row(1, ts, 0, None, None, body), 100)


@pytest.mark.parametrize(("ts", "body"), [(99, "a"), (99, None), (100, "")])
def test_an_answer_does_not_rest_on_what_is_too_early_or_states_nothing(ts: object, body: Body) -> None:
    assert not WORDS.is_source(Row(1, ts, 0, None, None, body), 100)


def test_rules_count_what_they_say_beside_the_items() -> None:
    rows = (Row(1, 5, 1, None, None, "a"), Row(2, 6, 2, None, None, None))
    assert COARSE.truth(rows, EVER) == Truth(("a",), None, (("null", 1),))
    counting = replace(COARSE, counts=lambda rows, span: len([row for row in rows if span.holds(5)]))
    assert counting.truth(rows, EVER).counts == len(rows)
