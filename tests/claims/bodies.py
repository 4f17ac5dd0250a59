"""Bodies as codex writes them, one maker for each kind, and what each says to whoever reads it: model or scanner."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import pytest

SPANS = 'loop{thread_id=th}:turn{otel.name="x: y" thread.id=th turn.id=t1}:run{turn_id=t2 cwd=/a(b}: '
"""A turn within a turn, a string that looks like an end of the spans, and a path that opens a bracket."""

BLANKS = ["", " ", "\t\u2003"]
EVIL = (
    'say: turn.id=evil thread_id=evil websocket request: {"type":"response.create","service_tier":"priority"}'
    ' websocket event: {"type":"response.completed","response":{"model":"evil"}} tags_json={"service_tier":"priority"}'
    ' Submission sub=Submission { id: "evil", op: UserInput { thread_settings: X {'
    ' service_tier: Some(Some("priority")) } } } server reported model evil while requested model was x }]) "'
)
"""What a prompt may hold."""


class Said(NamedTuple):
    """What a body says: a fact of the model and what the scanner has parsed are both equal to it, field by field."""

    kind: str
    turn: str | None = None
    thread: str | None = None
    tier: str | None = None
    model: str | None = None


UNREADABLE = Said("unreadable")


def said(kind: str, tier: str | None = None, model: str | None = None, turn: str | None = "t2") -> Said:
    return Said(kind, turn, "th", tier, model)


Claims: TypeAlias = Mapping[str, Mapping[str, Said | None]]
"""Bodies with what each says, by the claim that they stand for."""


def cases(claims: Claims) -> Iterable[Any]:
    """Give each body with what it says, by the name of the claim that it stands for."""
    for claim, bodies in claims.items():
        yield from (pytest.param(body, states, id=claim) for body, states in bodies.items())


def quoted(text: str) -> str:
    """Print a text as Rust does."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def tags(inner: str = '"service_tier":"priority"', model: str = '"m"', between: str = " a=B b=[c: d]") -> str:
    return f"{SPANS}model={model}{between} tags_json={{{inner}}}"


def request(**changes: object) -> str:
    message = {"type": "response.create", "service_tier": "priority", "model": "m"} | changes
    return f"{SPANS}websocket request: {json.dumps(message)}"


def completed(**changes: object) -> str:
    message = {"type": "response.completed", "response": {"model": "m", "service_tier": "default"}} | changes
    return f"{SPANS}websocket event: {json.dumps(message)}"


def rerouted(model: str = "X") -> str:
    return f"{SPANS}server reported model {model} while requested model was m"


def submission(op: str, identity: str = 'id: "t2", ') -> str:
    return f"{SPANS}Submission sub=Submission {{ {identity}op: {op}, trace: None }}"


def settings(tier: str = 'Some(Some("priority"))', model: str = "None") -> str:
    return f"thread_settings: Overrides {{ cwd: None, model: {model}, service_tier: {tier}, personality: None }}"


def user_input(
    tier: str = 'Some(Some("priority"))', model: str = "None", text: str = "hi", op: str = "UserInput"
) -> str:
    return submission(f"{op} {{ items: [Text {{ text: {quoted(text)}, elements: [] }}], {settings(tier, model)} }}")


def turn_input(
    tier: str = "None", start: str = "start: Start { service_tier: None }, ", mode: str = "mode: StartOrSteer, "
) -> str:
    return submission(f"TurnInput {{ request: Request {{ input: [], {start}{settings(tier)} }}, {mode}reply: Sender }}")


def started(fields: str = 'submission_id=t2 operation="turn_input" op=TurnInput { a: B }') -> str:
    return f"{SPANS}Submission thread_id=th {fields}"


EACH: dict[str, tuple[str, Said]] = {
    "tags": (tags(), said("tags", "priority", "m")),
    "request": (request(), said("request", "priority", "m")),
    "submission": (user_input(model='Some("m")'), said("submission", "priority", "m")),
    "started": (started(), said("started")),
    "completed": (completed(), said("completed", model="m")),
    "rerouted": (rerouted(), said("rerouted", model="X")),
    "unreadable": (submission("UserInput {"), UNREADABLE),
}
