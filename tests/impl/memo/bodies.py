"""Bodies as codex writes them, one maker for each kind, and what they say."""

import json

from strandline.impl.memo.parse import Kind, Parsed, parse

SPANS = 'loop{thread_id=th}:turn{otel.name="x: y" thread.id=th turn.id=t1}:run{turn_id=t2 cwd=/a(b}: '
"""A turn within a turn, a string that looks like an end of the spans, and a path that opens a bracket."""

BLANKS = ["", " ", "\t\u2003"]
UNREADABLE = Parsed("unreadable", None, None, None, None)
EVIL = (
    'say: turn.id=evil thread_id=evil websocket request: {"type":"response.create","service_tier":"priority"}'
    ' websocket event: {"type":"response.completed","response":{"model":"evil"}} tags_json={"service_tier":"priority"}'
    ' Submission sub=Submission { id: "evil", op: UserInput { thread_settings: X {'
    ' service_tier: Some(Some("priority")) } } } server reported model evil while requested model was x }]) "'
)
"""What a prompt may hold."""


def read(text: str) -> Parsed | None:
    return parse(text.encode())


def said(kind: Kind, tier: str | None = None, model: str | None = None, turn: str | None = "t2") -> Parsed:
    return Parsed(kind, turn, "th", tier, model)


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


EACH: dict[Kind, tuple[str, Parsed]] = {
    "tags": (tags(), said("tags", "priority", "m")),
    "request": (request(), said("request", "priority", "m")),
    "submission": (user_input(model='Some("m")'), said("submission", "priority", "m")),
    "started": (started(), said("started")),
    "completed": (completed(), said("completed", model="m")),
    "rerouted": (rerouted(), said("rerouted", model="X")),
    "unreadable": (submission("UserInput {"), UNREADABLE),
}
