"""What one body states: the six kinds of rows that matter, told apart by how their message begins.

No kind is in every version of codex: requests until 0.142, submissions with a tier until 0.158, tags since then.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.model.memo.bodies import (
    UnreadableError,
    fields,
    head,
    innermost,
    inside_some,
    is_string,
    logged,
    outside,
    parted,
    string_end,
    string_of,
    unescaped,
)
from strandline.model.memo.truth import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.model.memo.log import Body

NESTING_MAX: Final = 128
"""How many brackets and braces of a payload may be open at once."""

CACHED_BODY_MAX: Final = 64 * 1024
"""The longest body whose fact is cached, in characters."""

CACHED_BODIES_MAX: Final = 4096
"""How many bodies the cache of facts holds."""

REQUEST: Final = "websocket request: "
EVENT: Final = "websocket event: "
SUBMISSION: Final = "Submission "
TAGS: Final = "tags_json={"
REROUTED: Final = "while requested model was"
MARKERS: Final = (REQUEST, EVENT, SUBMISSION, TAGS, REROUTED)
"""A body without any of these states nothing."""

TURN: Final = ("turn.id", "turn_id")
THREAD: Final = ("thread_id", "thread.id")
STARTS: Final = {"UserInput", "UserTurn", "Compact"}
"""The operations that start a turn whatever they hold; ``TurnInput`` does unless it steers."""

Kind: TypeAlias = Literal["tags", "request", "submission", "started", "completed", "rerouted", "unreadable"]


class Fact(NamedTuple):
    """What one body states.

    ``turn`` is None for a row of no turn. ``tier`` is what tags and requests say and submissions ask for, where
    ``default`` stands for having asked for none in particular; None if nothing is said or asked.
    """

    kind: Kind
    turn: str | None = None
    thread: str | None = None
    tier: str | None = None
    model: str | None = None


UNREADABLE: Final = Fact("unreadable")


def fact(body: Body) -> Fact | None:
    """Read what a body states, None if nothing.

    A body that is NULL, a BLOB, too long or undecodable states nothing.
    """
    text = text_of(body)
    if text is None or not any(marker in text for marker in MARKERS):
        return None
    return _cached_read(text) if len(text) <= CACHED_BODY_MAX else _read(text)


def _read(text: str) -> Fact | None:
    spans, message = parted(text)
    stated = _stated(message)
    if stated is None or stated is UNREADABLE:
        return stated
    turn = stated.turn
    if stated.kind in {"tags", "request", "completed", "rerouted"}:
        turn = innermost(spans, TURN) or turn
    return stated._replace(turn=_named(turn), thread=innermost(spans, THREAD))


_cached_read = lru_cache(maxsize=CACHED_BODIES_MAX)(_read)


def _stated(message: str) -> Fact | None:
    """Read a message by how it begins; the turn that its spans name is not in it."""
    if message.startswith('model="'):
        return _tags(message)
    if message.startswith(REQUEST):
        return _request(message.partition(": ")[2])
    if message.startswith(EVENT):
        return _completed(message.partition(": ")[2])
    if message.startswith("server reported model "):
        return _rerouted(message.removeprefix("server reported model "))
    if message.startswith("Submission sub="):
        return _submission(message.removeprefix("Submission sub="))
    if message.startswith(SUBMISSION):
        return _started(message.removeprefix(SUBMISSION))
    return None


def _tags(message: str) -> Fact | None:
    """Read the tags of a sampling request: the tier that is really in force."""
    opened = len("model=")
    end = string_end(message, opened)
    model = unescaped(message[opened:end])
    left_open = 0
    for at, _, left_open in outside(message, end or len(message)):
        if left_open == 0 and message.startswith(f" {TAGS}", at):
            tags = _json_object(message[at + len(" tags_json=") :])
            tier = None if tags is None else tags.get("service_tier")
            if model is None or not isinstance(tier, str):
                return UNREADABLE
            return Fact("tags", tier=tier, model=_named(model))
    return UNREADABLE if (end is None or left_open) and TAGS in message else None


def _request(payload: str) -> Fact | None:
    """Read a request over the wire: the tier that is asked of the server, or that none is."""
    asked = _json_object(payload)
    if asked is None or asked.get("type") != "response.create":
        return None
    turn, tier, model = (
        value if isinstance(value, str) else None for value in map(asked.get, ("turn_id", "service_tier", "model"))
    )
    return Fact("request", turn, tier=tier, model=_named(model))


def _completed(payload: str) -> Fact | None:
    """Read the end of a response, which names the model that made it."""
    event = _json_object(payload)
    if event is None or event.get("type") != "response.completed":
        return None
    response = event.get("response")
    model = response.get("model") if isinstance(response, dict) else None
    return Fact("completed", model=model) if isinstance(model, str) and _named(model) else None


def _rerouted(rest: str) -> Fact | None:
    """Read the news that the server took another model than the one it was asked for."""
    model, _, after = rest.partition(" while requested")
    return Fact("rerouted", model=model) if after.startswith(" model was ") and _named(model) else None


def _submission(rest: str) -> Fact | None:
    """Read the debug print of a submission: nothing unless it starts a turn."""
    if not rest.startswith("Submission {"):
        return UNREADABLE
    try:
        return _started_by(fields(rest))
    except UnreadableError:
        return UNREADABLE


def _started_by(submission: Mapping[str, str]) -> Fact | None:
    if "op" not in submission:
        return UNREADABLE
    operation, _ = head(submission["op"])
    inside = fields(submission["op"], ("{", "("))
    steers = head(inside.get("mode"))[0] == "Steer"
    if operation not in STARTS and (operation != "TurnInput" or steers):
        return None
    start = {}
    if operation == "TurnInput":
        inside = fields(inside.get("request"))
        start = fields(inside.get("start"))
    settings = fields(inside.get("thread_settings"))
    tier = _asked(start.get("service_tier"), wrapped=False)
    if tier is None:
        tier = _asked(settings.get("service_tier"), wrapped=True)
    turn = submission.get("id", "")
    if is_string(turn) and string_of(turn) is None:
        return UNREADABLE
    model = settings.get("model")
    chosen = string_of(model) or string_of(inside_some(model) if model is not None else None)
    return Fact("submission", string_of(turn), tier=tier, model=_named(chosen))


def _asked(option: str | None, *, wrapped: bool) -> str | None:
    """Read a tier that is asked for, None if none is; a thread's setting has one more ``Some`` around it.

    Raises:
        UnreadableError: it is none of the shapes that a tier has.
    """
    if option is None or option == "None":
        return None
    held = inside_some(option)
    if wrapped and held == "None":
        return "default"
    tier = string_of(inside_some(held) if wrapped and held is not None else held)
    if tier is None:
        raise UnreadableError
    return tier


def _started(rest: str) -> Fact | None:
    """Read the log of a submission that shows no more than its operation."""
    written = logged(rest)
    if written is None:
        return None
    turn, operation = written.get("submission_id"), written.get("operation")
    if turn is None or operation is None:
        return UNREADABLE
    return Fact("started", turn) if operation in {"turn_input", "compact"} else None


def _named(text: str | None) -> str | None:
    """Give a name, None for one that is empty or only white space."""
    return text if text and text.strip() else None


def _json_object(payload: str) -> dict[str, object] | None:
    """Load the JSON object that a payload begins with, None if it is anything else; what follows it is ignored.

    Nesting that is too deep is anything else too.
    """
    text = payload.lstrip(" \t\r\n")
    # Left to the interpreter, how deep is too deep would depend on its version and on how many calls are under way.
    end = _object_end(text)
    if end is None:
        return None
    try:
        value = json.loads(text[:end], parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(constant: str) -> None:
    """Refuse what Python's decoder takes and JSON has not: NaN and the infinities."""
    raise ValueError(constant)


def _object_end(text: str) -> int | None:
    """Find where the object that a text begins with ends; None if there is none, or if it nests too deep."""
    if not text.startswith("{"):
        return None
    at = depth = 0
    while at < len(text):
        if text[at] == '"':
            end = string_end(text, at)
            if end is None:
                return None
            at = end
            continue
        depth += (text[at] in "[{") - (text[at] in "]}")
        if depth > NESTING_MAX:
            return None
        at += 1
        if depth == 0:
            return at
    return None
