"""The wide worlds that the state machines play in: too large to search, with rows of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.model.memo.days import Span
from strandline.model.memo.log import Raw
from strandline.model.memo.memo import Limits
from strandline.model.memo.state import Scope, Template, Window
from strandline.properties.systems.memo.spec.worlds import COMPLETED, P_DONE, REQUEST, STARTED, SUBMISSION, TAGS, P, Q

if TYPE_CHECKING:
    from strandline.properties.systems.memo.driver.disk import Journal

DECOY: Final = '{turn_id=x parent_turn_id=y}: "websocket request:" is what it said'
STEERED: Final = (
    SUBMISSION.replace("op: UserInput {", "op: TurnInput { mode: Steer { turn: 1 }, request: Request {") + " }"
)
REROUTED: Final = "turn{turn.id=%s}: server reported model n2 while requested model was m"
CUT_OFF: Final = 'op{thread_id=t}: Submission sub=Submission { id: "p", op: UserInput { thread_settings: Settings {'

TEMPLATES: Final = (
    P,
    P_DONE,
    Q,
    Template(5, "t", None, REQUEST % "late"),
    Template(90_000, "u", None, REQUEST % "future"),
    Template(12, None, "v", SUBMISSION % "p"),
    Template(16, None, "v", COMPLETED % "q"),
    Template(14, None, None, (REQUEST % "p").replace('"m"', '"m2"')),
    Template(13, "t", None, DECOY),
    Template(13, "u", None, None),
    Template(13, None, "v", b"websocket request: a blob"),
    Template(13, None, None, Raw(b"\xff websocket event: {}")),
    Template(17, "t", None, Raw(b"\x00 " + (REQUEST % "q").encode())),
    Template("noon", "u", None, REQUEST % "p"),
    Template(14, "t", None, TAGS % ("p", "default")),
    Template(18, "u", None, TAGS % ("q", "priority")),
    Template(11, None, "v", STARTED % "r"),
    Template(17, "t", None, REROUTED % "q"),
    Template(15, "u", None, STEERED % "s"),
    Template(12, "t", None, CUT_OFF),
    Template(16, None, None, REQUEST.replace("turn.id=%s ", "")),
)
"""Rows of every kind of a few turns, in four partitions, out of order, and what is none."""

WINDOWS: Final = (
    Window(Span(None, None)),
    Window(Span(11, None)),
    Window(Span(15, None)),
    Window(Span(15, 18)),
    Window(Span(None, 15), ended=True),
)

AT_LARGE: Final = Scope(windows=WINDOWS, templates=TEMPLATES, budget=(), keep=2, idle=1)
"""Every limit as it is shipped."""

CLOSE: Final = Scope(windows=WINDOWS, templates=TEMPLATES, budget=(), keep=3, idle=2, limits=Limits(sources=3, chunk=2))
"""Every limit is close."""


class Field(NamedTuple):
    """A wide world, and the journal mode of its log."""

    scope: Scope
    journal: Journal


FIELDS: Final[dict[str, Field]] = {
    "field": Field(AT_LARGE, "wal"),
    "narrow field": Field(CLOSE, "wal"),
    "field, rollback journal": Field(AT_LARGE, "delete"),
    "narrow field, rollback journal": Field(CLOSE, "delete"),
}
"""Each wide world by its name."""
