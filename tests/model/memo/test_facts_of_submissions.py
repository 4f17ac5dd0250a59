"""Claims about what a submission, and the start of a turn, state."""

from __future__ import annotations

import pytest

from strandline.model.memo.facts import Fact, fact
from tests.model.memo.bodies import ASKING, UNREADABLE, both, settings, some, submission


def turn_input(start: str = "None", tier: str = "None", mode: str = "StartOrSteer") -> str:
    """The operation that newer versions start a turn by."""
    inside = f"input: X {{ }}, {settings(tier)}, start: Options {{ turn_trigger: None, service_tier: {start} }}"
    return f"TurnInput {{ request: Request {{ {inside} }}, mode: {mode} }}"


# --- submissions ---


def test_a_submission_says_what_is_asked_for() -> None:
    assert fact(submission(ASKING)) == Fact("submission", "t", "h", "priority", None)


@pytest.mark.parametrize(
    ("op", "tier"),
    [
        ("Compact", None),
        ("UserTurn { items: [] }", None),
        (f"UserTurn {{ {settings(both('fast'))} }}", "fast"),
        (f"UserInput {{ {settings('Some(None)')} }}", "default"),
        (f"UserInput {{ {settings('None')} }}", None),
        (f"UserInput {{ thread_settings: Some(Overrides {{ service_tier: {both('a')} }}) }}", "a"),
        ("UserInput { thread_settings: None }", None),
        (turn_input(), None),
        (turn_input(start='Some("priority")', tier='Some(Some("default"))'), "priority"),
        (turn_input(start='Some("")', tier='Some(Some("priority"))'), ""),
        (turn_input(tier='Some(Some("priority"))'), "priority"),
        (turn_input(tier="Some(None)", mode="Start"), "default"),
        ("TurnInput { request: None }", None),
        ("TurnInput", None),
        (r'UserInput { items: [Text { text: "op: Steer, service_tier: \"x\"" }] }', None),
    ],
)
def test_what_starts_a_turn_may_ask_for_a_tier(op: str, tier: str | None) -> None:
    assert fact(submission(op)) == Fact("submission", "t", "h", tier, None)


@pytest.mark.parametrize(
    "op",
    [
        f"ThreadSettings {{ {settings(both('priority'))} }}",
        turn_input(tier='Some(Some("priority"))', mode='Steer { expected_turn_id: "x" }'),
        turn_input(mode="Steer"),
        "Interrupt",
        "Unheard { of: 1 }",
        "7",
        "",
        "TurnInput(mode: Steer)",
    ],
)
def test_what_starts_no_turn_states_nothing(op: str) -> None:
    assert fact(submission(op)) is None


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("None", None),
        ('Some("m")', "m"),
        ('"m"', "m"),
        ('Some(" ")', None),
        ("M", None),
        ('Some(Some("m"))', None),
        ('Some("m") x', None),
    ],
)
def test_a_submission_may_choose_a_model(model: str, known: str | None) -> None:
    assert fact(submission(f"UserInput {{ {settings('None', model)} }}")) == Fact("submission", "t", "h", None, known)


@pytest.mark.parametrize(
    "name", ["sub_id: 7", "id: 7", 'id: ""', 'id: " "', 'id: Some("t")', 'id: "t" x', r'id: "\q" x']
)
def test_a_submission_without_a_name_is_of_no_turn(name: str) -> None:
    assert fact(submission(ASKING, name)) == Fact("submission", None, "h", "priority", None)


@pytest.mark.parametrize(
    "message",
    [
        submission(ASKING)[:-1],
        submission(ASKING).replace("Submission {", "SubmissionV2 {"),
        submission(ASKING).replace("Submission {", "Submission("),
        submission(ASKING).replace("]", ")"),
        submission(ASKING, r'id: "\q"'),
        submission(ASKING).replace("op:", "operation:"),
        submission(turn_input(start='Some("fast") x')),
        submission(f"UserInput {{ {settings('Some(None) x')} }}"),
        submission(f"UserInput {{ {settings('Some(Priority)')} }}"),
        submission(f"UserInput {{ {settings('Some(Some(Priority))')} }}"),
        submission(f"UserInput {{ {settings(some('priority'))} }}"),
        submission(turn_input(start="Some(None)")),
        submission(f"UserInput {{ x: {'(' * 63}{')' * 63} }}"),
    ],
)
def test_a_submission_that_cannot_be_read_is_unreadable(message: str) -> None:
    assert fact(message) == UNREADABLE


def test_the_fields_of_an_operation_may_stand_in_a_group_of_either_kind() -> None:
    op = f"UserTurn(7, {settings(both('fast'))})"
    assert fact(submission(op)) == Fact("submission", "t", "h", "fast", None)


def test_a_group_without_a_name_is_no_struct() -> None:
    op = 'UserInput { thread_settings: { service_tier: Some(Some("priority")) } }'
    assert fact(submission(op)) == Fact("submission", "t", "h", None, None)


def test_a_submission_may_nest_as_deep_as_the_bound_says() -> None:
    assert fact(submission(f"UserInput {{ x: {'(' * 62}{')' * 62} }}")) == Fact("submission", "t", "h", None, None)


def test_what_follows_a_submission_is_ignored() -> None:
    assert fact(submission("Compact", rest=' } "')) == Fact("submission", "t", "h", None, None)


# --- started ---


@pytest.mark.parametrize("operation", ['"turn_input"', "compact"])
def test_a_logged_start_shows_that_there_is_a_turn(operation: str) -> None:
    body = f"loop{{thread_id=h}}: Submission thread_id=h submission_id=t operation={operation} op=TurnInput {{ x: 1 }}"
    assert fact(body) == Fact("started", "t", "h")


def test_a_group_behind_a_value_of_a_logged_start_belongs_to_the_value() -> None:
    assert fact("a: Submission submission_id=t{u} operation=compact") == Fact("started", "t{u}")
    assert fact("a: Submission submission_id=t operation=compact{u}") is None


def test_a_logged_start_without_a_name_is_of_no_turn() -> None:
    assert fact('a: Submission submission_id="" operation="compact"') == Fact("started", None)


@pytest.mark.parametrize(
    "message",
    ["submission_id=t operation=interrupt", 'submission_id=t operation="shutdown"', "queue closed", "", "9x=1"],
)
def test_a_submission_of_another_operation_states_nothing(message: str) -> None:
    assert fact(f"a: Submission {message}") is None


@pytest.mark.parametrize(
    "message",
    [
        *("submission_id=t", "operation=compact", 'x=" submission_id=t', "x=1"),
        *("submission_id=t operation=compact {x", "submission_id=t (x) operation=compact"),
        *(r'submission_id="\q" operation=compact submission_id=t', r'submission_id=t operation="\q"'),
    ],
)
def test_a_logged_start_that_lacks_a_field_is_unreadable(message: str) -> None:
    assert fact(f"a: Submission {message}") == UNREADABLE
