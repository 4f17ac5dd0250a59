"""What one body of codex says of a turn: the tier that it states or asks for, its model, or that it began.

The oracle holds a second parser, written apart from this one on purpose: each judges the other, so neither may be
derived from the other.

The kind is told by how the message of a body begins, and by that alone. Which spans the body has, and where its message
begins, is found by structure: see :mod:`strandline.impl.memo.structure`.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, NoReturn, TypeAlias

import msgspec

from strandline.impl.memo import debugprint, structure
from strandline.impl.memo.ruststring import STRING, unescaped

if TYPE_CHECKING:
    from strandline.impl.memo.structure import Body

RULES: Final = 2
"""Version of the parse rules. A memo made under other rules is not a memo of the same question."""

NESTING_MAX: Final = 128
"""The deepest JSON that is read: how many of its arrays and objects lie in each other, the outermost counted."""

QUICK_MAX: Final = 1024 * 1024
"""The longest JSON, in characters, of which a copy is made to read it faster."""

DEPTH_MAX: Final = 64
"""The deepest submission that is read: how many of its brackets are open at once, the outermost counted."""

MARKERS: Final[tuple[str, ...]] = (
    "tags_json={",
    "websocket request: ",
    "websocket event: ",
    "Submission ",
    "while requested model was",
)
"""Every body that says something holds one of these, byte for byte, so a filter for them loses nothing."""

Kind: TypeAlias = Literal["tags", "request", "submission", "started", "completed", "rerouted", "unreadable"]
"""What a body is. An unreadable one begins as tags or as a submission, and cannot be read."""

_MARKERS_RAW: Final = tuple(marker.encode() for marker in MARKERS)
_OBJECT: Final = re.compile(r"[ \t\n\r]*+\{")
_BRACKETS: Final = bytes.maketrans(b"[{]}", b"(())")
_NO_MARKS: Final = bytes(byte for byte in range(256) if byte not in b'[{]}"\\/bfnrtu')  # what a backslash escapes stays
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[{]}")

_STRING: Final = re.compile(STRING, re.DOTALL)
_TAGS: Final = structure.marked(r" tags_json=(?=\{)")

_PRINT: Final = re.compile(r"Submission \{")
_SUBMISSION: Final = debugprint.wanted("id", "op")
_TURN_INPUT: Final = debugprint.wanted("mode", "request")
_REQUEST: Final = debugprint.wanted("start", "thread_settings")
_OTHER_INPUT: Final = debugprint.wanted("thread_settings")
_SETTINGS: Final = debugprint.wanted("service_tier", "model")
_STARTING: Final = frozenset({"UserInput", "UserTurn", "Compact", "TurnInput"})

_NAME: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*+)=")
_LOGGED: Final = re.compile(rf'({STRING}|(?!")[^\s{{(\[]*+)(?: ?+\{{|[(\[])?+', re.DOTALL)
_STARTED: Final = frozenset({"submission_id", "operation"})
_OPERATIONS: Final = frozenset({"turn_input", "compact"})


class Parsed(NamedTuple):
    """What a body says.

    ``turn`` is None if the body names none, ``thread`` what its spans say of it. ``tier`` is what tags or a request
    state, or what a submission asks for (``default`` if it asks for the tier to be unset); None if nothing.
    """

    kind: Kind
    turn: str | None
    thread: str | None
    tier: str | None
    model: str | None


_UNREADABLE: Final = Parsed("unreadable", None, None, None, None)


def is_marked(body: bytes) -> bool:
    """Tell whether a body holds a marker, which every body that says something does."""
    return any(marker in body for marker in _MARKERS_RAW)


def parse(body: bytes) -> Parsed | None:
    """Read the bytes of a TEXT body.

    Returns what the body says, or None if that is nothing. A body without a marker is None whatever its bytes are.
    Raises ``UnicodeDecodeError`` if the body holds a marker but is not strict UTF-8.
    """
    message = structure.message(body)
    nothing = message is not None and _says_nothing(body, message)
    if nothing and body.isascii():
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        if is_marked(body):
            raise
        return None
    if nothing:
        return None
    found = structure.body(text)
    for opening, reader in _READERS:
        if text.startswith(opening, found.message):
            return reader(found, found.message + len(opening))
    return None


def _tags(body: Body, start: int) -> Parsed | None:
    """Read the tags of a sampling request: what was in force when it was made."""
    text = body.text
    model = _STRING.match(text, start - 1)
    name = unescaped(model[0]) if model else None
    marks = [*islice(structure.outside(_TAGS, text, body.message, len(text)), 1)]
    if not marks:
        return None
    mark = marks[0]
    if mark is None:
        return _UNREADABLE if text.find("tags_json={", start) >= 0 else None
    tags = _object(text, mark.end())
    tier = tags and tags.get("service_tier")
    if name is None or not isinstance(tier, str):
        return _UNREADABLE
    return Parsed("tags", body.turn, body.thread, tier, _filled(name))


def _request(body: Body, start: int) -> Parsed | None:
    """Read a ``response.create`` request; its turn may also stand in the JSON."""
    request = _typed("response.create", body.text, start)
    if request is None:
        return None
    turn = body.turn or _filled(request.get("turn_id"))
    tier = request.get("service_tier")
    return Parsed("request", turn, body.thread, tier if isinstance(tier, str) else None, _filled(request.get("model")))


def _completed(body: Body, start: int) -> Parsed | None:
    """Read a ``response.completed`` event; it says nothing without a model."""
    event = _typed("response.completed", body.text, start)
    response = event and event.get("response")
    model = _filled(response.get("model")) if isinstance(response, dict) else None
    return Parsed("completed", body.turn, body.thread, None, model) if model else None


def _rerouted(body: Body, start: int) -> Parsed | None:
    """Read which model the server used in place of the one that was requested."""
    end = body.text.find(" while requested", start)
    if end < 0 or not body.text.startswith(" while requested model was ", end):
        return None
    model = _filled(body.text[start:end])
    return Parsed("rerouted", body.turn, body.thread, None, model) if model else None


def _submission(body: Body, start: int) -> Parsed | None:
    """Read a submission: one that starts a turn, and what it asks for."""
    text = body.text
    opening = _PRINT.match(text, start)
    if opening is None or not debugprint.is_closed(text, opening.end() - 1, DEPTH_MAX):
        return _UNREADABLE
    found = debugprint.fields(_SUBMISSION, text, opening.end() - 1)
    if "op" not in found:
        return _UNREADABLE
    op = debugprint.value(text, found["op"])
    if op.head not in _STARTING:
        return None
    at_start: dict[str, int] = {}
    if op.head != "TurnInput":
        said = debugprint.fields(_OTHER_INPUT, text, op.opener)
    else:
        said = debugprint.fields(_TURN_INPUT, text, op.opener)
        if debugprint.value(text, said.get("mode")).head == "Steer":
            return None
        said = debugprint.fields(_REQUEST, text, debugprint.struct(text, said.get("request")))
        at_start = debugprint.fields(_SETTINGS, text, debugprint.struct(text, said.get("start")))
    settings = debugprint.fields(_SETTINGS, text, debugprint.struct(text, said.get("thread_settings")))
    try:
        turn = debugprint.string(debugprint.TEXT.match(text, found["id"])) if "id" in found else None
        tier = _asked(text, at_start.get("service_tier"), settings.get("service_tier"))
    except ValueError:
        return _UNREADABLE
    return Parsed("submission", _filled(turn), body.thread, tier, _model(text, settings.get("model")))


def _asked(text: str, for_turn: int | None, for_thread: int | None) -> str | None:
    """Read what a submission asks for, for its turn or else for its thread.

    Takes where the two values begin, None for one that is not there. Raises ValueError if the one that counts is
    neither a tier nor none.
    """
    if for_turn is not None:
        asked = debugprint.string(debugprint.needed(debugprint.OPTIONAL_TEXT, text, for_turn))
        if asked is not None:
            return asked
    if for_thread is None:
        return None
    changed = debugprint.needed(debugprint.CHANGED_TEXT, text, for_thread)
    return "default" if changed["unset"] else debugprint.string(changed)


def _model(text: str, start: int | None) -> str | None:
    """Read the model that a submission asks for; one that cannot be read is none."""
    if start is None:
        return None
    try:
        return _filled(
            debugprint.string(debugprint.OPTIONAL_TEXT.match(text, start) or debugprint.TEXT.match(text, start))
        )
    except ValueError:
        return None


def _started(body: Body, start: int) -> Parsed | None:
    """Read the line that newer versions log in place of a submission: fields, parted by single spaces."""
    text = body.text
    name = _NAME.match(text, start)
    if name is None:
        return None
    said: dict[str, str | None] = {}
    while name is not None and len(said) < len(_STARTED):
        logged = _LOGGED.match(text, name.end())
        end = _logged_end(text, logged) if logged else None
        if logged is None or end is None:
            break
        if name[1] in _STARTED:
            whole = text[name.end() : end]
            said.setdefault(name[1], unescaped(whole) if whole == logged[1] and whole.startswith('"') else whole)
        name = _NAME.match(text, end + 1) if text.startswith(" ", end) else None
    turn, operation = said.get("submission_id"), said.get("operation")
    if turn is None or operation is None:
        return _UNREADABLE
    return Parsed("started", _filled(turn), body.thread, None, None) if operation in _OPERATIONS else None


def _logged_end(text: str, logged: re.Match[str]) -> int | None:
    """Find where a value of such a line ends: a group that follows belongs to it. None if that is never closed."""
    return logged.end(1) if logged.end() == logged.end(1) else structure.group_end(text, logged.end() - 1)


_READERS: Final = (
    ("websocket event: ", _completed),
    ('model="', _tags),
    ("websocket request: ", _request),
    ("server reported model ", _rerouted),
    ("Submission sub=", _submission),
    ("Submission ", _started),
)
"""How a message begins, and what reads it from there on."""


_OPENINGS: Final = tuple(opening.encode() for opening, _ in _READERS)
_EVENT: Final = b"websocket event: "
_COMPLETED: Final = b"response.completed"


def _says_nothing(body: bytes, message: int) -> bool:
    """Tell by the bytes of a message, from where it begins, that no reader makes anything of it.

    Nearly all bodies end here, those of events of other kinds included; see :func:`_typed` for how JSON spells a kind.
    """
    if not body.startswith(_OPENINGS, message):
        return True
    return body.startswith(_EVENT, message) and body.find(_COMPLETED, message) < 0 and body.find(b"\\u", message) < 0


def _filled(text: object) -> str | None:
    """Give a text that is not blank; None in place of any other value."""
    return text if isinstance(text, str) and text.strip() else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
_FAST: Final = msgspec.json.decode


def _typed(kind: str, text: str, start: int) -> dict[str, object] | None:
    r"""Load the JSON object that begins at ``start``, if its type is ``kind``.

    Most messages are of other kinds, so their JSON is not loaded at all. JSON can spell a letter or a dot in two ways
    only, as itself or as a ``\u`` escape: a text with neither ``kind`` nor an escape holds no such type.
    """
    if text.find(kind, start) < 0 and text.find("\\u", start) < 0:
        return None
    loaded = _object(text, start)
    return loaded if loaded and loaded.get("type") == kind else None


def _object(text: str, start: int) -> dict[str, object] | None:
    """Load the JSON object that begins at ``start``; None if there is none, or if it nests too deep."""
    opening = _OBJECT.match(text, start)
    if opening is None:
        return None
    start = opening.end() - 1
    if len(text) - start <= QUICK_MAX:
        # Nearly always the object ends with the body. This decoder is several times as fast; what it accepts the other
        # one accepts and reads in the same way, but not the other way round.
        written = text[start:].encode()
        with suppress(ValueError, RecursionError):
            quick: dict[str, object] = _FAST(written)
            return None if _is_too_deep(written) else quick
    loaded: dict[str, object]
    try:
        loaded, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    if text.count("[", start, end) + text.count("{", start, end) <= NESTING_MAX:
        return loaded
    return None if _is_too_deep(text[start:end].encode()) else loaded


def _is_too_deep(written: bytes) -> bool:
    """Tell whether well-formed JSON nests deeper than ``NESTING_MAX``.

    The decoders have limits too, but such as move with their versions and with the stack of their caller.
    """
    if written.count(b"[") + written.count(b"{") <= NESTING_MAX:
        return False
    # Only strings hold a backslash; without what it escapes, a quote begins or ends one.
    marks = written.translate(None, _NO_MARKS).replace(b"\\\\", b"").replace(b'\\"', b"")
    nested = b"".join(marks.split(b'"')[::2]).translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(NESTING_MAX):
        if not nested:
            return False
        nested = nested.replace(b"()", b"")  # the innermost ones
    return bool(nested)
