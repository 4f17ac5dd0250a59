"""What one body of codex says: a request for the priority tier, a completion, or nothing that matters.

The oracle holds a second parser, written apart from this one on purpose: each judges the other, so neither may be
derived from the other.

A body is a span prefix, then a marker, then JSON (or a Rust debug print). The readers are tried in a fixed order and
the first that succeeds wins; a reader that fails leaves the body to the next one.
"""

import json
import re
from itertools import accumulate
from typing import Final, NamedTuple

RULES: Final = 1
"""Version of the parse rules. A memo made under other rules is not a memo of the same question."""

NESTING_MAX: Final = 128
"""The deepest JSON that is read: how many of its arrays and objects lie in each other, the outermost counted."""

_EVENT: Final = "websocket event:"
_REQUEST: Final = "websocket request:"
_SUBMISSION: Final = "Submission sub=Submission {"

MARKERS: Final[tuple[str, ...]] = (_EVENT, _REQUEST, _SUBMISSION)
"""Every body that parses holds one of these, byte for byte, so a filter for them loses nothing."""

_MARKERS_RAW: Final = tuple(marker.encode() for marker in MARKERS)
_PRIORITY: Final = 'service_tier: Some(Some("priority"))'


def _assigned(name: str) -> re.Pattern[str]:
    """Match ``name=value`` where no identifier character comes before the name.

    The look-behind stands after the name, not before it, because a pattern that opens with a literal is searched
    for many times faster.
    """
    literal = re.escape(name + "=")
    return re.compile(rf"{literal}(?<![A-Za-z0-9_.]{literal})([^\s,\])}}:]*)")


_DOTTED_TURN: Final = _assigned("turn.id")
_TURN: Final = _assigned("turn_id")
_THREAD: Final = _assigned("thread_id")
_SUBMISSION_ID: Final = re.compile(r'id: "(?<![A-Za-z0-9_.]id: ")')
_UNNESTED: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^]["{}]++')
"""What does not nest in JSON: its strings, and whatever lies between them and the brackets.

Possessive, since a group that may give back what it took keeps a place for each escape of a string: 20 MB of them cost
more than a gigabyte.
"""


class Parsed(NamedTuple):
    """What a body says: the turn it names, and whether it completes that turn or requests the priority tier for it."""

    completed: bool
    turn: str
    thread: str | None
    model: str | None


def is_marked(body: bytes) -> bool:
    """Tell whether a body holds a marker, which every body that parses does."""
    return any(marker in body for marker in _MARKERS_RAW)


def parse(body: bytes) -> Parsed | None:
    """Read the bytes of a TEXT body.

    Returns what the body says, or None if it is no row that matters. A body without a marker is None whatever its
    bytes are.
    Raises ``UnicodeDecodeError`` if the body holds a marker but is not strict UTF-8.
    """
    if not is_marked(body):
        return None
    text = body.decode("utf-8")
    return _completed(text) or _request(text) or _submission(text)


def _completed(text: str) -> Parsed | None:
    """Read a ``response.completed`` event; its turn comes from the prefix alone."""
    prefix, marker, rest = text.partition(_EVENT)
    if not marker:
        return None
    event = _message(rest, "response.completed")
    if event is None:
        return None
    response = event.get("response")
    model = response.get("model") if isinstance(response, dict) else None
    turn = _turn(prefix)
    if turn is None or not isinstance(model, str) or _blank(model):
        return None
    return Parsed(completed=True, turn=turn, thread=None, model=model)


def _request(text: str) -> Parsed | None:
    """Read a ``response.create`` request on the priority tier; its turn may also stand in the JSON."""
    prefix, marker, rest = text.partition(_REQUEST)
    if not marker:
        return None
    request = _message(rest, "response.create")
    if request is None or request.get("service_tier") != "priority":
        return None
    turn = _turn(prefix) or request.get("turn_id")
    model = request.get("model")
    if not isinstance(turn, str) or _blank(turn) or (isinstance(model, str) and _blank(model)):
        return None
    return Parsed(
        completed=False,
        turn=turn,
        thread=_value(_THREAD, prefix),
        model=model if isinstance(model, str) else None,
    )


def _submission(text: str) -> Parsed | None:
    """Read a debug print of a submission on the priority tier; it names no model."""
    prefix, marker, rest = text.partition(_SUBMISSION)
    if not marker or _PRIORITY not in text:
        return None
    opening = _SUBMISSION_ID.search(rest)
    if opening is None:
        return None
    turn, closing, _ = rest[opening.end() :].partition('"')
    if not closing or _blank(turn):
        return None
    return Parsed(completed=False, turn=turn, thread=_value(_THREAD, prefix), model=None)


def _message(text: str, kind: str) -> dict[str, object] | None:
    r"""Load ``text`` if it is exactly one JSON object whose type is ``kind``.

    Most messages are of other kinds, so their JSON is not loaded at all. JSON can spell a letter or a dot in two ways
    only, as itself or as a ``\u`` escape: a text with neither ``kind`` nor an escape holds no such type.
    """
    if kind not in text and "\\u" not in text:
        return None
    try:
        message = json.loads(text.strip())
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or message.get("type") != kind or _is_too_deep(text):
        return None
    return message


def _is_too_deep(text: str) -> bool:
    """Tell whether a text, which must hold well-formed JSON, nests deeper than ``NESTING_MAX``.

    The decoder has a limit too, but one that moves with its version and with the stack of its caller.
    """
    if text.count("[") + text.count("{") <= NESTING_MAX:
        return False
    brackets = _UNNESTED.sub("", text)
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets)) > NESTING_MAX


def _turn(prefix: str) -> str | None:
    """Read the turn id that a prefix names: ``turn.id`` before ``turn_id``."""
    return _value(_DOTTED_TURN, prefix) or _value(_TURN, prefix)


def _value(assigned: re.Pattern[str], prefix: str) -> str | None:
    """Read the first assignment of a name in a prefix; an empty value counts as absent, and a later one does not."""
    match = assigned.search(prefix)
    return match[1] or None if match else None


def _blank(text: str) -> bool:
    """Tell whether a text is empty or only white space."""
    return not text.strip()
