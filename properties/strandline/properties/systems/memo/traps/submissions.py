"""Traps of submissions: what is asked for, what begins, what is not said, and which kind of rows decides."""

from __future__ import annotations

from typing import Final

from strandline.model.memo.oracle import Counts, TierRows
from strandline.properties.systems.memo.traps.trap import (
    PRIORITY,
    completed,
    request,
    rerouted,
    started,
    submission,
    tags,
    trap_of,
    turn,
)

SUBMISSIONS: Final = (
    trap_of(
        "submissions and what is none",
        "taking another id for the turn's, or an operation that starts no turn for one that does",
        (
            submission("a").replace("{ id", '{ parent_id: "x", id'),
            submission("b").replace("op: ", 'x: Op { id: "x" }, op: '),
            submission("c", op="ThreadSettings"),
            submission("d", op="TurnInput"),
            submission("e", op="TurnInput").replace("StartOrSteer", 'Steer { expected_turn_id: "d" }'),
            submission("f").replace('id: "f"', "id: 7"),
            submission("g").replace("id:", "id :").replace('"g"', r'"g\n\u{68}"'),
            submission("i", text='"op: Interrupt, id: \\"x\\" }"'),
            submission("j").replace("op:", "op: Interrupt, op:"),
            submission("k") + ' } "',
            submission("l").replace("Overrides {", "Some(Overrides {").replace(") } }", ") }) }"),
            'op: Submission sub=Submission { id: "m", op: Compact }',
            'op: Submission sub=Submission { op: Compact, id: "n" }',
        ),
        turn("a", 1, None, how="asked for"),
        turn("b", 2, None, how="asked for"),
        turn("d", 4, None, how="asked for"),
        turn("g\nh", 7, None, how="asked for"),
        turn("i", 8, None, how="asked for"),
        turn("k", 10, None, how="asked for"),
        turn("l", 11, None, how="asked for"),
        counts=Counts(TierRows(0, 0, 7), 9, 2, of_no_turn=1),
    ),
    trap_of(
        "what a submission asks for",
        "taking a setting of another thing, or of another value, for the tier of a turn",
        (
            submission("a", tier="None"),
            submission("b", tier="Some(None)"),
            submission("c", tier='Some(Some("fast"))'),
            submission("d", tier='Some(Some("Fast"))'),
            submission(
                "e", tier="None", text=f'"service_tier: {PRIORITY}"'.replace('("p', r"(\"p").replace('y")', r"y\")")
            ),
            submission("f", tier="None, service_tier: " + PRIORITY),
            submission("g", op="TurnInput", tier="None").replace(
                "start: Options { service_tier: None", 'start: Options { service_tier: Some("priority")'
            ),
            submission("h", op="TurnInput").replace(
                "start: Options { service_tier: None", 'start: Options { service_tier: Some("default")'
            ),
            submission("i", tier="None").replace("op: UserTurn {", f"op: UserTurn {{ service_tier: {PRIORITY},"),
            submission("j", tier=PRIORITY).replace("model: None", 'model: Some("o")'),
        ),
        turn("c", 3, None, how="asked for"),
        turn("g", 7, None, how="asked for"),
        turn("j", 10, "o", how="asked for"),
    ),
    trap_of(
        "submissions that break off",
        "dropping without a word what cannot be read",
        (
            submission("a")[:-1],
            submission("b").replace("]", ")"),
            submission("c").replace("Submission {", "SubmissionV2 {"),
            submission("d", tier="Some(Priority)"),
            submission("e", tier='Some("priority")'),
            submission("f", text="(" * 61 + ")" * 61),
            submission("g", text="(" * 62 + ")" * 62),
            submission("h").replace("op:", "operation:"),
            submission("i").replace('"i"', r'"\q"'),
            tags("j")[:-1],
            tags("k").replace('"priority"', "7"),
            tags("l").replace('model="m"', 'model="m'),
            'turn{turn.id=o}: model="m" and no tags, but for some in a text: "tags_json={"',
            started("p").replace("submission_id", "id"),
            "op: Submission queue closed",
        ),
        turn("f", 6, None, how="asked for"),
        counts=Counts(TierRows(0, 0, 1), 1, 0, 0, unreadable=12),
    ),
    trap_of(
        "turns that begin, and of which nothing is said",
        "telling of no turn whose tier no row tells, or of none once another row tells one",
        (
            started("a"),
            started("b", "compact"),
            started("x", "interrupt"),
            started('"c d"').replace("op=TurnInput { }", 'operation="interrupt"'),
            submission("e", tier="None"),
            started("f"),
            tags("f", "flex"),
            completed("g"),
            rerouted("h"),
            started('""'),
        ),
        counts=Counts(TierRows(1, 0, 0), 5, 4, of_no_turn=1),
    ),
    trap_of(
        "tags over requests over submissions",
        "letting what was asked for stand beside what was in force",
        (
            *(submission(name) for name in "abcd"),
            *(request(name, service_tier=tier) for name, tier in (("a", "default"), ("b", "priority"), ("c", None))),
            tags("b", "default"),
            tags("c"),
            tags("d"),
            tags("d", "default"),
        ),
        turn("c", 9, how="in force"),
        turn("d", 10, how="in force"),
        counts=Counts(TierRows(4, 3, 4), 4),
    ),
)
"""What a submission asks for, what is not said, and which kind decides."""
