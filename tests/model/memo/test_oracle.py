"""Claims about the oracle: what holds of all that the rows of a span state."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from strandline.model.memo.log import Body, Row
from strandline.model.memo.oracle import Counts, Span, TierRows, Truth, Turn, counts, oracle, turns

EVER = Span(None, None)
REAL_LOGS = sorted((Path(__file__).parents[2] / "real-logs").glob("*.jsonl"))


def tags(tier: str, model: str = "m", turn: str = "t") -> str:
    """The tier that a sampling request ran on."""
    return f'turn{{turn.id={turn} thread_id=h}}: model="{model}" tags_json={{"service_tier":"{tier}"}}'


def request(tier: str | None, model: str = "m", turn: str = "t") -> str:
    """The tier that was asked of the server."""
    payload = {"type": "response.create", "service_tier": tier, "model": model}
    return f"turn{{turn.id={turn} thread_id=h}}: websocket request: {json.dumps(payload)}"


def asked(tier: str, turn: str = "t") -> str:
    """The tier that a turn was asked for on, as it is printed."""
    op = f"UserInput {{ thread_settings: S {{ service_tier: {tier} }} }}"
    return f'loop{{thread_id=h}}: Submission sub=Submission {{ id: "{turn}", op: {op} }}'


def started(turn: str = "t") -> str:
    """A turn begins."""
    return f'loop{{thread_id=h}}: Submission submission_id={turn} operation="turn_input"'


def completed(model: str, turn: str = "t") -> str:
    """A response is done."""
    payload = {"type": "response.completed", "response": {"model": model}}
    return f"turn{{turn.id={turn}}}: websocket event: {json.dumps(payload)}"


def rerouted(model: str, turn: str = "t") -> str:
    """The server took another model."""
    return f"turn{{turn.id={turn}}}: server reported model {model} while requested model was m"


PRIORITY = 'Some(Some("priority"))'


def row(row_id: int, body: Body, ts: object = 100) -> Row:
    """A row in the log that the writer filed under no thread."""
    return Row(row_id, ts, row_id, None, "p", body)


def on_priority(*bodies: Body) -> tuple[object, ...]:
    """The turns that rows with these bodies make, by ascending id."""
    return turns([row(number, body) for number, body in enumerate(bodies, 1)], EVER)


# --- the best kind decides alone ---


def test_each_kind_tells_how_a_tier_is_known() -> None:
    assert on_priority(tags("priority")) == (Turn("t", "in force", "h", 100, "m"),)
    assert on_priority(request("priority")) == (Turn("t", "requested", "h", 100, "m"),)
    assert on_priority(asked(PRIORITY)) == (Turn("t", "asked for", "h", 100, None),)


@pytest.mark.parametrize("tier", ["default", "flex", "unset", "Priority", "fast"])
def test_tags_overrule_what_was_asked_for(tier: str) -> None:
    for order in permutations((tags(tier), request("priority"), asked(PRIORITY))):
        assert on_priority(*order) == ()


@pytest.mark.parametrize("tier", ["default", None, "fast"])
def test_a_request_overrules_what_was_asked_for(tier: str | None) -> None:
    for order in permutations((request(tier), asked(PRIORITY))):
        assert on_priority(*order) == ()


def test_a_submission_that_asks_for_nothing_tells_nothing() -> None:
    assert on_priority(asked(PRIORITY), asked("None")) == (Turn("t", "asked for", "h", 100, None),)
    assert on_priority(asked("None")) == ()


@pytest.mark.parametrize("tier", ["priority", "fast"])
def test_fast_is_another_name_for_priority_where_it_is_asked_for(tier: str) -> None:
    assert len(on_priority(asked(f'Some(Some("{tier}"))'))) == 1


@pytest.mark.parametrize("tier", ["Some(None)", 'Some(Some("Priority"))', 'Some(Some("flex"))'])
def test_another_tier_that_is_asked_for_is_not_priority(tier: str) -> None:
    assert on_priority(asked(tier)) == ()


def test_a_row_that_says_priority_is_not_unset_by_a_later_one_of_its_kind() -> None:
    rows = [row(1, tags("priority", "first"), 10), row(2, tags("priority", "second"), 20), row(3, tags("flex"), 30)]
    for order in permutations(rows):
        assert turns(order, EVER) == (Turn("t", "in force", "h", 20, "second"),)


def test_a_better_kind_that_came_earlier_still_decides() -> None:
    assert on_priority(tags("priority", "tagged"), request("default")) == (Turn("t", "in force", "h", 100, "tagged"),)


# --- models and threads ---


def test_the_last_row_about_the_model_overrides_it_whatever_its_kind() -> None:
    rows = (completed("early"), tags("priority"), rerouted("last"))
    assert on_priority(*rows) == (Turn("t", "in force", "h", 100, "last"),)
    assert on_priority(*reversed(rows)) == (Turn("t", "in force", "h", 100, "early"),)


@pytest.mark.parametrize("body", [completed("m"), rerouted("m")])
def test_a_row_about_the_model_shows_no_turn(body: str) -> None:
    assert oracle([row(1, body)], EVER) == Truth((), Counts(), ())


@pytest.mark.parametrize(("column", "thread"), [("column", "column"), (None, "h"), ("", "h"), (" ", "h")])
def test_the_thread_is_the_one_that_the_row_is_filed_under(column: str | None, thread: str) -> None:
    filed = Row(1, 100, 0, column, None, tags("priority"))
    assert turns([filed], EVER) == (Turn("t", "in force", thread, 100, "m"),)


def test_turns_come_by_their_ids() -> None:
    found = on_priority(*(tags("priority", turn=name) for name in ("b", "a", "c")))
    assert [turn.turn for turn in found if isinstance(turn, Turn)] == ["a", "b", "c"]


# --- existence is not monotone in rows ---


def test_a_deleted_row_that_said_no_brings_a_turn_back() -> None:
    both = [row(1, asked(PRIORITY)), row(2, tags("default"))]
    assert turns(both, EVER) == ()
    assert turns(both[:1], EVER) == (Turn("t", "asked for", "h", 100, None),)


def test_a_wider_span_can_hold_fewer_turns() -> None:
    rows = [row(1, asked(PRIORITY), 10), row(2, tags("default"), 20)]
    assert turns(rows, Span(None, 20)) == (Turn("t", "asked for", "h", 10, None),)
    assert turns(rows, Span(None, 21)) == ()


# --- what the log does not say ---


def test_a_turn_of_which_no_row_tells_the_tier_is_untold() -> None:
    rows = [row(1, started("a")), row(2, asked("None", "b")), row(3, tags("flex", turn="c")), row(4, request(None))]
    assert counts(rows, EVER) == Counts(TierRows(1, 1, 0), turns_seen=4, turns_untold=2)


def test_each_row_that_says_a_tier_counts_by_its_kind() -> None:
    bodies = (tags("flex"), tags("flex"), request(None), asked("Some(None)"), asked("None"), started(), completed("m"))
    rows = [row(number, body) for number, body in enumerate(bodies)]
    assert counts(rows, EVER) == Counts(TierRows(2, 1, 1), turns_seen=1)


def test_rows_of_no_turn_and_unreadable_ones_are_counted_and_nothing_else() -> None:
    bodies = (request("priority", turn=""), completed("m", turn=""), asked(PRIORITY, ""), 'a: Submission sub=x{"y')
    rows = [row(number, body) for number, body in enumerate(bodies)]
    assert oracle(rows, EVER) == Truth((), Counts(of_no_turn=3, unreadable=1), ())


def test_what_lies_outside_of_the_span_is_not_counted() -> None:
    rows = [
        row(1, started("a"), 10),
        row(2, request("flex", turn=""), 20),
        row(3, "a: Submission x=1", 30),
        row(4, None),
    ]
    assert counts(rows, Span(40, None)) == Counts()
    assert oracle(rows, Span(15, 25)) == Truth((), Counts(of_no_turn=1), ())


def test_skipped_rows_are_counted_beside_the_turns() -> None:
    rows = [row(1, tags("priority"), "noon"), row(2, None), row(3, b""), row(4, tags("priority"))]
    assert oracle(iter(rows), EVER) == Truth(
        (Turn("t", "in force", "h", 100, "m"),),
        Counts(TierRows(1, 0, 0), turns_seen=1),
        (("blob", 1), ("null", 1), ("ts", 1)),
    )


def test_an_empty_log_says_nothing() -> None:
    assert oracle([], EVER) == Truth((), Counts(), ())


# --- real logs ---


def _read(path: Path) -> tuple[dict[str, Any], tuple[Row, ...]]:
    first, *lines = map(json.loads, path.read_text("utf-8").splitlines())
    columns = ("id", "ts", "ts_nanos", "thread_id", "process_uuid", "feedback_log_body")
    return first, tuple(Row(*(line[column] for column in columns)) for line in lines)


@pytest.mark.parametrize("path", REAL_LOGS, ids=lambda path: path.stem)
def test_a_log_of_a_real_codex_says_what_its_server_saw(path: Path) -> None:
    known, rows = _read(path)
    truth = oracle(rows, EVER)
    expected = known["expected"]
    said = [turn._asdict() for turn in truth.turns if isinstance(turn, Turn)]
    assert said == expected["turns"]
    assert isinstance(truth.counts, Counts)
    told = truth.counts._asdict() | {"tier_rows": truth.counts.tier_rows._asdict()}
    assert told == {name: expected[name] for name in told}
    served = {turn["turn"] for turn in known["served"] if turn["tier"] == "priority"}
    assert {turn["turn"] for turn in said} <= served
    if not truth.counts.turns_untold:
        assert {turn["turn"] for turn in said} == served


def test_of_the_real_logs_three_do_not_say_everything() -> None:
    assert len(REAL_LOGS) == 11
    silent = {path.stem for path in REAL_LOGS if counts(_read(path)[1], EVER)[2]}  # type: ignore[index] # a tuple
    assert silent == {"0.140-http", "0.149-settings-update", "0.149-thread-default"}
