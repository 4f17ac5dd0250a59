"""The oracle: what the answer of one snapshot and one span is, said as plainly as possible.

It reads every row, keeps nothing of an earlier answer and has its own parser on purpose. The
scanner has another one, built for speed; were any line shared, a mistake in that line would
be judged by itself and pass.

A row goes through three questions. May it be read at all (:func:`skip`)? What does its body
state (:func:`fact`)? And of all that was stated about a turn, what holds (:func:`oracle`)?
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.model.days import Span
from strandline.model.log import Body, Raw, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Fact", "Span", "Truth", "Turn", "fact", "oracle", "skip"]

BODY_MAX: Final = 64 * 1024 * 1024
"""The longest body that is read, in bytes."""

NESTING_MAX: Final = 128
"""How many brackets and braces of a payload may be open at once."""

CACHED_BODY_MAX: Final = 64 * 1024
"""The longest body whose fact is cached, in characters."""

CACHED_BODIES_MAX: Final = 4096
"""How many bodies the cache of facts holds."""

EVENT: Final = "websocket event:"
REQUEST: Final = "websocket request:"
SUBMISSION: Final = "Submission sub=Submission {"
MARKERS: Final = (EVENT, REQUEST, SUBMISSION)
"""A body without any of these states nothing."""

PRIORITY: Final = 'service_tier: Some(Some("priority"))'
IDENTIFIER: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.")
VALUE_ENDS: Final = frozenset(",])}:")

Kind: TypeAlias = Literal["request", "completed"]
Reason: TypeAlias = Literal["ts", "null", "blob", "size", "utf8"]


class Turn(NamedTuple):
    """One turn of an answer: its id, its thread, the second of its request, its model."""

    turn: str
    thread: str | None
    ts: int
    model: str | None


class Fact(NamedTuple):
    """What one body states about one turn."""

    kind: Kind
    turn: str
    thread: str | None
    model: str | None


class Truth(NamedTuple):
    """An answer, by turn id, and how many rows were skipped, by reason."""

    turns: tuple[Turn, ...]
    skipped: tuple[tuple[str, int], ...]


class _Stated(NamedTuple):
    """A fact and the row that states it."""

    id: int
    ts: int
    fact: Fact


def oracle(rows: Iterable[Row], span: Span) -> Truth:
    """Answer for a span from the rows of one snapshot, in one pass and in any order."""
    skipped: Counter[str] = Counter()
    requests: dict[str, _Stated] = {}
    completions: dict[str, _Stated] = {}
    for row in rows:
        reason = skip(row, span)
        if reason is not None:
            skipped[reason] += 1
        elif isinstance(row.ts, int) and span.holds(row.ts):
            found = fact(row.body)
            if found is not None:
                highest = requests if found.kind == "request" else completions
                _keep_highest(highest, _Stated(row.id, row.ts, found))
    turns = tuple(_turn(requests[turn], completions.get(turn)) for turn in sorted(requests))
    return Truth(turns, tuple(sorted(skipped.items())))


def _keep_highest(highest: dict[str, _Stated], stated: _Stated) -> None:
    """Keep, of everything stated about a turn, what the row with the highest id states."""
    held = highest.get(stated.fact.turn)
    if held is None or held.id < stated.id:
        highest[stated.fact.turn] = stated


def _turn(request: _Stated, completed: _Stated | None) -> Turn:
    """Join a request with the completed fact of its turn, whose model overrides."""
    model = request.fact.model if completed is None else completed.fact.model
    return Turn(request.fact.turn, request.fact.thread, request.ts, model)


def skip(row: Row, span: Span) -> Reason | None:
    """Tell why a row counts as skipped, None if it does not.

    A ts that is no integer is in no span, so it counts whatever the span is. A body too long
    or undecodable counts only if it holds a marker: without one it could not have stated
    anything.
    """
    if not isinstance(row.ts, int):
        return "ts"
    if not span.holds(row.ts):
        return None
    if row.body is None:
        return "null"
    if isinstance(row.body, bytes):
        return "blob"
    return _unreadable(row.body) if _marked(row.body) else None


def fact(body: Body) -> Fact | None:
    """Read what a body states, None if nothing.

    The first kind that a body satisfies wins: completed, request, submission. A body that is
    NULL, a BLOB, too long or undecodable states nothing.
    """
    if body is None or isinstance(body, bytes) or not _marked(body) or _unreadable(body) is not None:
        return None
    text = body.data.decode() if isinstance(body, Raw) else body
    return _cached_parse(text) if len(text) <= CACHED_BODY_MAX else _parse(text)


def _marked(body: str | Raw) -> bool:
    """Tell whether a TEXT body holds one of the markers."""
    if isinstance(body, Raw):
        return any(marker.encode() in body.data for marker in MARKERS)
    return EVENT in body or REQUEST in body or SUBMISSION in body


def _unreadable(body: str | Raw) -> Literal["size", "utf8"] | None:
    """Tell why a TEXT body cannot be read, None if it can."""
    # A lone surrogate has no UTF-8; let through here, it fails to decode like any bad byte.
    data = body.data if isinstance(body, Raw) else body.encode(errors="surrogatepass")
    if len(data) > BODY_MAX:
        return "size"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "utf8"
    return None


def _parse(text: str) -> Fact | None:
    """Try the kinds in order; the first that succeeds wins."""
    return _completed(text) or _request(text) or _submission(text)


_cached_parse = lru_cache(maxsize=CACHED_BODIES_MAX)(_parse)


def _completed(text: str) -> Fact | None:
    """Read a body as a completed: a response is done, by the model that it names."""
    prefix, marker, payload = text.partition(EVENT)
    event = _json_object(payload) if marker else None
    if event is None or event.get("type") != "response.completed":
        return None
    response = event.get("response")
    model = response.get("model") if isinstance(response, dict) else None
    turn = _turn_id(prefix)
    if turn is None or not isinstance(model, str) or _blank(model):
        return None
    return Fact("completed", turn, None, model)


def _request(text: str) -> Fact | None:
    """Read a body as a request: a priority response is asked for over the wire."""
    prefix, marker, payload = text.partition(REQUEST)
    asked = _json_object(payload) if marker else None
    if asked is None or asked.get("type") != "response.create" or asked.get("service_tier") != "priority":
        return None
    turn = _turn_id(prefix) or asked.get("turn_id")
    if not isinstance(turn, str) or _blank(turn):
        return None
    model = asked.get("model")
    if not isinstance(model, str):
        model = None
    elif _blank(model):
        return None
    return Fact("request", turn, _value(prefix, "thread_id"), model)


def _submission(text: str) -> Fact | None:
    """Read a body as a submission: a priority turn is queued, its model not yet known."""
    prefix, marker, rest = text.partition(SUBMISSION)
    if not marker or PRIORITY not in text:
        return None
    quoted = _after_name(rest, 'id: "')
    if quoted is None:
        return None
    turn, quote, _ = quoted.partition('"')
    if not quote or _blank(turn):
        return None
    return Fact("request", turn, _value(prefix, "thread_id"), None)


def _turn_id(prefix: str) -> str | None:
    """Read the turn id that a prefix names, in either spelling."""
    return _value(prefix, "turn.id") or _value(prefix, "turn_id")


def _value(prefix: str, name: str) -> str | None:
    """Read the value after the first ``name=`` of a prefix, None if absent or blank."""
    rest = _after_name(prefix, f"{name}=")
    if rest is None:
        return None
    return "".join(takewhile(lambda c: not c.isspace() and c not in VALUE_ENDS, rest)) or None


def _after_name(text: str, name: str) -> str | None:
    """Cut a text after its first ``name`` that is not the tail of a longer identifier.

    ``parent_turn_id=`` holds the letters of ``turn_id=`` and names another turn.
    """
    at = text.find(name)
    while at > 0 and text[at - 1] in IDENTIFIER:
        at = text.find(name, at + 1)
    return None if at < 0 else text[at + len(name) :]


def _json_object(payload: str) -> dict[str, object] | None:
    """Load the one JSON object that a payload consists of, None if it is anything else.

    Nesting that is too deep is anything else too.
    """
    # Left to the interpreter, how deep is too deep would depend on its version and on how many calls are under way.
    if _nesting(payload) > NESTING_MAX:
        return None
    try:
        value = json.loads(payload.strip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _nesting(payload: str) -> int:
    """Count the brackets and braces that are open at the deepest place of a payload, strings left out."""
    deepest = depth = 0
    quoted = escaped = False
    for character in payload:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _blank(text: str) -> bool:
    """Tell whether a text is empty or only white space."""
    return not text.strip()
