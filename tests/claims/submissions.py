"""What submissions state, and the lines that newer versions log in their place: claims for model and scanner alike."""

from typing import Final

from tests.claims.bodies import (
    BLANKS,
    SPANS,
    UNREADABLE,
    Claims,
    Said,
    cases,
    quoted,
    said,
    settings,
    started,
    submission,
    turn_input,
    user_input,
)

ASKED: Final = {
    "None": None,
    "Some(None)": "default",
    'Some(Some("priority"))': "priority",
    'Some(Some("fast"))': "fast",
    'Some(Some(""))': "",
    'Some(Some("\\u{66}ast"))': "fast",
}
"""What the settings of a thread print for a tier, and what is asked for by that."""

PRIORITY: Final = 'Some(Some("priority"))'

SUBMISSIONS: Final[Claims] = {
    "a submission asks by the settings of its thread": {
        **{
            user_input(tier, op=op): said("submission", asked)
            for op in ("UserInput", "UserTurn", "Compact")
            for tier, asked in ASKED.items()
        },
        **{turn_input(tier): said("submission", asked) for tier, asked in ASKED.items()},
        submission(f"UserTurn(7, {settings()})"): said("submission", "priority"),
    },
    "what is asked for one turn comes before what is asked for its thread": {
        turn_input(tier, start): said("submission", asked)
        for start, tier, asked in (
            ('start: S { service_tier: Some("default") }, ', PRIORITY, "default"),
            ('start: S { service_tier: Some("priority") }, ', "Some(None)", "priority"),
            ('start: S { service_tier: Some("") }, ', PRIORITY, ""),
            ('start: S { service_tier: Some("flex") }, ', "Whatever", "flex"),
            ("start: S { service_tier: None }, ", PRIORITY, "priority"),
            ("start: S { }, ", PRIORITY, "priority"),
            ("start: None, ", PRIORITY, "priority"),
            ("start: S(1), ", PRIORITY, "priority"),
            ("", PRIORITY, "priority"),
            ('start: Some(S { service_tier: Some("a") }), ', "None", "a"),
            ('x: S { service_tier: Some("a") }, ', "None", None),
        )
    },
    "only TurnInput has a start, and has it in its request": {
        submission(
            'UserInput { start: S { service_tier: Some("a") }, request: R { start: S { service_tier: Some("b") } } }'
        ): said("submission"),
        submission(f'TurnInput {{ start: S {{ service_tier: Some("a") }}, {settings()} }}'): said("submission"),
    },
    "a turn starts though its submission asks for nothing": {
        submission(op): said("submission")
        for op in (
            *("Compact", "UserInput", "UserInput(1)", "UserInput { }", "UserTurn { items: [] }", "TurnInput"),
            *(f"UserInput {{ thread_settings: {value} }}" for value in ("None", "Some(None)")),
            f"UserInput {{ thread_settings: {{ service_tier: {PRIORITY} }} }}",
            *("TurnInput { request: None }", "TurnInput { request: R(1), mode: Start }"),
            "TurnInput { request: R { thread_settings: None, start: None }, mode: None }",
            r'UserInput { items: [Text { text: "op: Steer, service_tier: \"x\"" }] }',
        )
    },
    "a submission may ask for a model": {
        user_input(model=model): said("submission", "priority", found)
        for model, found in (
            *(('Some("m")', "m"), ('"m"', "m"), ("None", None), ('Some(" ")', None), ('Some("\\q")', None)),
            *(("m", None), ('Some(Some("m"))', None), ('Some("m") x', None)),
        )
    },
    "settings, a steer and any other operation say nothing": dict.fromkeys(
        (
            *(submission(f"{op} {{ {settings()} }}") for op in ("ThreadSettings", "OverrideTurnContext", "UserInputs")),
            submission(f"Some(UserInput {{ {settings()} }})"),
            *map(submission, ("Interrupt", "Unheard { of: 1 }", '"UserInput"', "7", "", "TurnInput(mode: Steer)")),
            submission("Interrupt", identity=""),
            turn_input(PRIORITY, mode='mode: Steer { expected: "x" }, '),
            turn_input("Whatever", mode="mode: Steer, "),
        )
    ),
    "every other mode starts a turn": {
        turn_input(mode=mode): said("submission")
        for mode in (
            *("mode: Some(Steer {}), ", "mode: SteerNot, ", 'mode: "Steer", ', "", "x: Steer, "),
            "mode: A, mode: Steer, ",
        )
    },
    "a submission without an id is of no turn": {
        submission(op, identity): said("submission", tier, turn=None)
        for op, tier in ((f"UserInput {{ {settings()} }}", "priority"), ("UserInput", None))
        for identity in (
            *(
                "",
                "id: None, ",
                'id: Some("t"), ',
                'id: "t" x, ',
                'x: "id", ',
                "sub_id: 7, ",
                "id: 7, ",
                r'id: "\q" x, ',
            ),
            *(f"id: {quoted(blank)}, " for blank in BLANKS[:2]),
        )
    },
    "the turn of a submission is its id": {
        submission("UserInput", identity): said("submission", turn=turn)
        for identity, turn in (
            ('id: "a \\"b\\"", ', 'a "b"'),
            ('id: "t2", id: "t3", ', "t2"),
            ('sub_id: "no", id:"t2",', "t2"),
            ('x: {id: "no"}, id : "t2" , ', "t2"),
        )
    },
    "a submission that cannot be read is unreadable": dict.fromkeys(
        (
            *(f"{SPANS}Submission sub={rest}" for rest in ("", "Other {}", "Submission({})", "Submission {}")),
            f'{SPANS}Submission sub=Submission {{ id: "t2" }}',
            *(submission(op)[:-1] for op in ("Interrupt", f"UserInput {{ {settings()} }}")),
            *map(submission, ("Interrupt { a: (] }", "Interrupt { a: [} }", 'Interrupt { a: "b } }')),
            submission("UserInput").replace("op:", "operation:"),
            submission("UserInput", 'id: "\\q", '),
            *map(user_input, ("Some", "Fast", '"priority"', 'Some("priority")', 'Some(Some("\\q"))')),
            *map(user_input, ("Some(None) x", "None x", "Some(Priority)", "Some(Some(Priority))", "Some(Some(None))")),
            *(
                turn_input(start=f"start: S {{ service_tier: {tier} }}, ")
                for tier in ("Some(None)", 'Some(Some("a"))', "Fast", 'Some("fast") x')
            ),
            submission("UserInput " + "{ a: X " * 63 + "{ }" + " }" * 63),
            submission(f"UserInput {{ x: {'(' * 63}{')' * 63} }}"),
            submission("Interrupt " + "[" * 64 + "]" * 64),
        ),
        UNREADABLE,
    ),
    "a submission is read to 64 brackets, and what follows it is not": {
        submission("UserInput " + "{ a: X " * 62 + "{ }" + " }" * 62): said("submission"),
        submission(f"UserInput {{ x: {'(' * 62}{')' * 62} }}"): said("submission"),
        submission("UserInput") + " }]) trailing {": said("submission"),
        submission("Compact") + ' } "': said("submission"),
    },
    "settings may be wrapped and spaced": {
        submission(f"UserInput {{ thread_settings: {value} }}"): said("submission", "default")
        for value in (
            "Some(Overrides { service_tier: Some(None) })",
            "Overrides{service_tier:Some(None)}",
            "A\n{\n  service_tier : Some(None)\n}",
        )
    },
}

STARTS: Final[Claims] = {
    "a started turn is named by its fields": {
        started(fields): said("started")
        for fields in (
            'submission_id=t2 operation="turn_input"',
            'submission_id="t2" operation=turn_input',
            "operation=compact submission_id=t2",
            'op=TurnInput { submission_id=no } x.y=[1 2] submission_id=t2 operation="compact" rest of it',
            "submission_id=t2 submission_id=no operation=compact operation=no",
            "submission_id=t2 operation=compact op=Torn { a: (",
            'a="\\q" submission_id=t2 operation=compact',
            "a= submission_id=t2 operation=compact",
        )
    },
    "a group behind a value of a logged start belongs to the value": {
        "a: Submission submission_id=t{u} operation=compact": Said("started", "t{u}"),
        "a: Submission submission_id=t operation=compact{u}": None,
    },
    "a started turn without an id is of no turn": {
        started(f"submission_id={blank} operation=compact"): said("started", turn=None)
        for blank in ("", '""', '" "', '"\\t"')
    },
    "a line that names no submission or no operation is unreadable": {
        started(fields): UNREADABLE
        for fields in (
            *("submission_id=t2", "operation=compact", 'a=" submission_id=t2', "x=1"),
            *(f"submission_id=t2{between}operation=compact" for between in ("  ", " x ", "\t", " (x) ")),
            "submission_id=t2 operation=compact {x",
            *('a=Some(B { c: " d=e" }) b=(c d)  submission_id=no', "a={ submission_id=t2 operation=compact"),
            *('a=" submission_id=t2 operation=compact', "submission_ids=t2 operation=compact"),
            *('submission_id="\\q" operation=compact', 'submission_id="t2" operation="\\q"'),
            *('submission_id="\\q" operation=compact submission_id=t', "a={submission_id=t2 operation=compact}"),
        )
    },
    "another operation says nothing": {
        started(f"submission_id=t2 operation={operation}"): None
        for operation in ("interrupt", '"shutdown"', '"user_input"', "turn_inputs", "", '"turn_input" {}')
    },
    "another sentence about submissions says nothing": {
        f"{SPANS}{message}": None
        for message in (
            *("Submission queue closed", "Submission ", "Submission =x", "Submission 1a=b", "Submission 9x=1"),
            "Submissions a=b",
        )
    },
    "a name that only begins with sub is another name": {
        f"{SPANS}Submission sub.id=x submission_id=t2 operation=compact": said("started")
    },
}

CASES: Final = [*cases({**SUBMISSIONS, **STARTS})]
