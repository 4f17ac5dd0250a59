"""Claims about submissions, and about the lines that newer versions log in their place."""

import pytest

from tests.impl.memo.bodies import (
    BLANKS,
    SPANS,
    UNREADABLE,
    quoted,
    read,
    said,
    settings,
    started,
    submission,
    turn_input,
    user_input,
)

# Submissions


@pytest.mark.parametrize("op", ["UserInput", "UserTurn", "Compact"])
@pytest.mark.parametrize(
    ("tier", "asked"),
    [
        ("None", None),
        ("Some(None)", "default"),
        ('Some(Some("priority"))', "priority"),
        ('Some(Some("fast"))', "fast"),
        ('Some(Some(""))', ""),
        ('Some(Some("\\u{66}ast"))', "fast"),
    ],
)
def test_a_submission_asks_by_its_thread_settings(op: str, tier: str, asked: str | None) -> None:
    assert read(user_input(tier, op=op)) == said("submission", asked)
    assert read(turn_input(tier)) == said("submission", asked)


@pytest.mark.parametrize(
    ("start", "tier", "asked"),
    [
        ('start: S { service_tier: Some("default") }, ', 'Some(Some("priority"))', "default"),
        ('start: S { service_tier: Some("priority") }, ', "Some(None)", "priority"),
        ('start: S { service_tier: Some("") }, ', 'Some(Some("priority"))', ""),
        ('start: S { service_tier: Some("flex") }, ', "Whatever", "flex"),
        ("start: S { service_tier: None }, ", 'Some(Some("priority"))', "priority"),
        ("start: S { }, ", 'Some(Some("priority"))', "priority"),
        ("start: None, ", 'Some(Some("priority"))', "priority"),
        ("start: S(1), ", 'Some(Some("priority"))', "priority"),
        ("", 'Some(Some("priority"))', "priority"),
        ('start: Some(S { service_tier: Some("a") }), ', "None", "a"),
        ('x: S { service_tier: Some("a") }, ', "None", None),
    ],
)
def test_what_is_asked_for_one_turn_comes_before_what_is_asked_for_its_thread(
    start: str, tier: str, asked: str | None
) -> None:
    assert read(turn_input(tier, start)) == said("submission", asked)


def test_only_turn_input_has_a_start() -> None:
    inner = 'start: S { service_tier: Some("a") }, request: R { start: S { service_tier: Some("b") } }'
    assert read(submission(f"UserInput {{ {inner} }}")) == said("submission")
    assert read(submission(f'TurnInput {{ start: S {{ service_tier: Some("a") }}, {settings()} }}')) == said(
        "submission"
    )


@pytest.mark.parametrize(
    "op",
    [
        "Compact",
        "UserInput",
        "UserInput(1)",
        "UserInput { }",
        "UserInput { thread_settings: None }",
        "UserInput { thread_settings: Some(None) }",
        "TurnInput { request: None }",
        "TurnInput { request: R(1), mode: Start }",
        "TurnInput { request: R { thread_settings: None, start: None }, mode: None }",
    ],
)
def test_a_turn_starts_though_its_submission_asks_for_nothing(op: str) -> None:
    assert read(submission(op)) == said("submission")


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ('Some("m")', "m"),
        ('"m"', "m"),
        ("None", None),
        ('Some(" ")', None),
        ('Some("\\q")', None),
        ("m", None),
        ('Some(Some("m"))', None),
    ],
)
def test_a_submission_may_ask_for_a_model(model: str, found: str | None) -> None:
    assert read(user_input(model=model)) == said("submission", "priority", found)


@pytest.mark.parametrize(
    "text",
    [
        submission(f"ThreadSettings {{ {settings()} }}"),
        submission(f"OverrideTurnContext {{ {settings()} }}"),
        submission(f"Some(UserInput {{ {settings()} }})"),
        submission(f"UserInputs {{ {settings()} }}"),
        submission("Interrupt"),
        submission("Interrupt", identity=""),
        submission('"UserInput"'),
        turn_input('Some(Some("priority"))', mode='mode: Steer { expected: "x" }, '),
        turn_input("Whatever", mode="mode: Steer, "),
    ],
)
def test_settings_a_steer_and_any_other_op_say_nothing(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "mode",
    ["mode: Some(Steer {}), ", "mode: SteerNot, ", 'mode: "Steer", ', "", "x: Steer, ", "mode: A, mode: Steer, "],
)
def test_every_other_mode_starts_a_turn(mode: str) -> None:
    assert read(turn_input(mode=mode)) == said("submission")


@pytest.mark.parametrize(
    "identity",
    [
        "",
        "id: None, ",
        'id: Some("t"), ',
        'id: "t" x, ',
        'x: "id", ',
        *(f"id: {quoted(blank)}, " for blank in BLANKS[:2]),
    ],
)
def test_a_submission_without_an_id_is_of_no_turn(identity: str) -> None:
    assert read(submission(f"UserInput {{ {settings()} }}", identity)) == said("submission", "priority", turn=None)
    assert read(submission("UserInput", identity)) == said("submission", turn=None)


@pytest.mark.parametrize(
    ("identity", "turn"),
    [
        ('id: "a \\"b\\"", ', 'a "b"'),
        ('id: "t2", id: "t3", ', "t2"),
        ('sub_id: "no", id:"t2",', "t2"),
        ('x: {id: "no"}, id : "t2" , ', "t2"),
    ],
)
def test_the_turn_of_a_submission_is_its_id(identity: str, turn: str) -> None:
    assert read(submission("UserInput", identity)) == said("submission", turn=turn)


@pytest.mark.parametrize(
    "text",
    [
        f"{SPANS}Submission sub=",
        f"{SPANS}Submission sub=Other {{}}",
        f"{SPANS}Submission sub=Submission({{}})",
        f"{SPANS}Submission sub=Submission {{}}",
        f'{SPANS}Submission sub=Submission {{ id: "t2" }}',
        submission("Interrupt")[:-1],
        submission(f"UserInput {{ {settings()} }}")[:-1],
        submission("Interrupt { a: (] }"),
        submission("Interrupt { a: [} }"),
        submission('Interrupt { a: "b } }'),
        submission("UserInput", 'id: "\\q", '),
        *(
            user_input(tier)
            for tier in (
                "Some",
                "Fast",
                '"priority"',
                'Some("priority")',
                'Some(Some("\\q"))',
                "Some(Some(None))",
                "None x",
            )
        ),
        *(
            turn_input(start=f"start: S {{ service_tier: {tier} }}, ")
            for tier in ("Some(None)", 'Some(Some("a"))', "Fast")
        ),
        submission("UserInput " + "{ a: X " * 63 + "{ }" + " }" * 63),
        submission("Interrupt " + "[" * 64 + "]" * 64),
    ],
)
def test_a_submission_that_cannot_be_read_is_unreadable(text: str) -> None:
    assert read(text) == UNREADABLE


def test_a_submission_is_read_to_64_brackets_and_what_follows_it_is_not() -> None:
    assert read(submission("UserInput " + "{ a: X " * 62 + "{ }" + " }" * 62)) == said("submission")
    assert read(submission("UserInput") + " }]) trailing {") == said("submission")


@pytest.mark.parametrize(
    "value",
    [
        "Some(Overrides { service_tier: Some(None) })",
        "Overrides{service_tier:Some(None)}",
        "A\n{\n  service_tier : Some(None)\n}",
    ],
)
def test_settings_may_be_wrapped_and_spaced(value: str) -> None:
    assert read(submission(f"UserInput {{ thread_settings: {value} }}")) == said("submission", "default")


# Started


@pytest.mark.parametrize(
    "fields",
    [
        'submission_id=t2 operation="turn_input"',
        'submission_id="t2" operation=turn_input',
        "operation=compact submission_id=t2",
        'a=Some(B { c: " d=e" }) b=(c d)  submission_id=no',
        'op=TurnInput { submission_id=no } x.y=[1 2] submission_id=t2 operation="compact" rest of it',
        "submission_id=t2 submission_id=no operation=compact operation=no",
        "submission_id=t2 operation=compact op=Torn { a: (",
        'a="\\q" submission_id=t2 operation=compact',
        "a= submission_id=t2 operation=compact",
    ],
)
def test_a_started_turn_is_named_by_its_fields(fields: str) -> None:
    assert read(started(fields)) == (UNREADABLE if "  " in fields else said("started"))


@pytest.mark.parametrize("blank", ["", '""', '" "', '"\\t"'])
def test_a_started_turn_without_an_id_is_of_no_turn(blank: str) -> None:
    assert read(started(f"submission_id={blank} operation=compact")) == said("started", turn=None)


@pytest.mark.parametrize(
    "fields",
    [
        "submission_id=t2",
        "operation=compact",
        "submission_id=t2  operation=compact",
        "submission_id=t2 x operation=compact",
        "submission_id=t2\toperation=compact",
        "a={ submission_id=t2 operation=compact",
        'a=" submission_id=t2 operation=compact',
        "submission_ids=t2 operation=compact",
        'submission_id="\\q" operation=compact',
        'submission_id="t2" operation="\\q"',
        "a={submission_id=t2 operation=compact}",
    ],
)
def test_a_line_that_names_no_submission_or_no_operation_is_unreadable(fields: str) -> None:
    assert read(started(fields)) == UNREADABLE


@pytest.mark.parametrize("operation", ["interrupt", '"user_input"', "turn_inputs", "", '"turn_input" {}'])
def test_another_operation_says_nothing(operation: str) -> None:
    assert read(started(f"submission_id=t2 operation={operation}")) is None


@pytest.mark.parametrize(
    "message", ["Submission queue closed", "Submission ", "Submission =x", "Submission 1a=b", "Submissions a=b"]
)
def test_another_sentence_about_submissions_says_nothing(message: str) -> None:
    assert read(SPANS + message) is None


def test_a_name_that_only_begins_with_sub_is_another_name() -> None:
    assert read(f"{SPANS}Submission sub.id=x submission_id=t2 operation=compact") == said("started")
