"""What a line of a rollout says about its thread, and the row that a whole rollout stands for.

Lines are JSON objects with ``ordinal``, ``timestamp``, ``type`` and ``payload``. The types are
those of codex (``session_meta``, ``turn_context``, ``event_msg``), and two of our own: ``thread``,
the first line, and ``thread_metadata``, an explicit change. Any other type is kept, and moves
``updated_at`` only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.threads.patch import COLUMNS, EMPTY, INDEX, Cell, Patch, Value, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEADER: Final = "thread"
"""The type of the first line of a rollout."""
CHANGE: Final = "thread_metadata"
"""The type of the line that an explicit change is."""
TITLE_MAX: Final = 120
"""Characters of a first user message that make the derived title."""
TEXT_MAX: Final = 2_000
"""Characters of a message that the row keeps."""
REQUEST: Final = "## My request for Codex:"
"""What stands before a message that an editor sent, behind what the editor says of itself."""
IMAGE: Final = "[Image]"
"""The preview of a message that is nothing but images."""
BIGGEST: Final = 2**63 - 1
"""The largest integer that a row can hold."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_UPDATED: Final = INDEX["updated_at"]
_BEFORE: Final = (None,) * _UPDATED
_BEHIND: Final = (None,) * (len(COLUMNS) - _UPDATED - 1)


def observe(kind: str, payload: Mapping[str, Any], at: int | None) -> Patch:
    """Give what one line sets; a name that codex was told is as explicit as a change of ours.

    Args:
        kind: the type of the line.
        payload: its payload, of any shape.
        at: its time in milliseconds since 1970, None if it has none that can be read.
    """
    values: dict[str, Value]
    if kind == CHANGE:
        values, explicit = _change(payload), True
    elif kind == "event_msg" and payload.get("type") == "thread_name_updated":
        values, explicit = _named(payload), True
    else:
        values, explicit = _derived(kind, payload, at), False
    if not values:
        return EMPTY if at is None else touch(at)
    cells = [Cell(values[column.name], explicit) if column.name in values else None for column in COLUMNS]
    if at is not None:
        cells[_UPDATED] = Cell(at)
    return Patch(tuple(cells))


def touch(at: int) -> Patch:
    """Give what a line sets that says nothing but that it was written."""
    return Patch((*_BEFORE, Cell(at), *_BEHIND))


def fold(lines: Iterable[tuple[str, Mapping[str, Any], int | None]]) -> Patch:
    """Give what lines set together, first to last."""
    whole = EMPTY
    for kind, payload, at in lines:
        whole = merge(whole, observe(kind, payload, at))
    return whole


def change(values: Mapping[str, Value]) -> dict[str, Any]:
    """Give the payload of the line that an explicit change is; None clears a column."""
    return {
        "set": {name: value for name, value in values.items() if value is not None},
        "clear": [name for name, value in values.items() if value is None],
    }


def milliseconds(stamp: object) -> int | None:
    """Read the timestamp of a line; None if it is none."""
    if not isinstance(stamp, str):
        return None
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MILLISECOND


def timestamp(at: int) -> str:
    """Write a time as the timestamp of a line."""
    whole, rest = divmod(at, 1000)
    return f"{_second(whole)}.{rest:03d}Z"


@lru_cache(maxsize=4)
def _second(at: int) -> str:
    return (_EPOCH + timedelta(seconds=at)).isoformat(timespec="seconds").removesuffix("+00:00")


def _change(payload: Mapping[str, Any]) -> dict[str, Value]:
    given, cleared = payload.get("set"), payload.get("clear")
    values: dict[str, Value] = {}
    for column in COLUMNS:
        if not column.settable:
            continue
        if isinstance(cleared, list) and column.name in cleared:
            values[column.name] = None
        elif isinstance(given, dict) and type(given.get(column.name)) is column.kind:
            values[column.name] = given[column.name]
    return values


def _named(payload: Mapping[str, Any]) -> dict[str, Value]:
    name = payload.get("thread_name")
    return {"title": name.strip()[:TEXT_MAX]} if isinstance(name, str) and name.strip() else {}


def _derived(kind: str, payload: Mapping[str, Any], at: int | None) -> dict[str, Value]:
    match kind:
        case "thread" | "session_meta":
            texts = _texts(payload, "cwd", "model", "memory_mode")
            return {**texts, **_git(payload), **_number("created_at", at)}
        case "turn_context":
            return {**_texts(payload, "cwd", "model"), **_number("recency_at", at)}
        case "event_msg":
            return _event(payload, at)
    return {}


def _event(payload: Mapping[str, Any], at: int | None) -> dict[str, Value]:
    match payload.get("type"):
        case "user_message":
            return {**_said(payload), **_number("recency_at", at)}
        case "task_started" | "turn_started":
            return _number("recency_at", at)
        case "goal":
            return {"preview": text} if (text := _text(payload.get("text"))) else {}
        case "thread_goal_updated":
            goal = payload.get("goal")
            text = _text(goal.get("objective")) if isinstance(goal, dict) else None
            return {"preview": text} if text else {}
        case "token_count":
            usage = payload.get("info")
            usage = usage.get("total_token_usage") if isinstance(usage, dict) else None
            return _number("tokens", usage.get("total_tokens") if isinstance(usage, dict) else None)
    return {}


def _said(payload: Mapping[str, Any]) -> dict[str, Value]:
    """Read a message of the user; what a program put before it is cut off, and one of images alone makes no title."""
    said = payload.get("message")
    said = said.split(REQUEST, 1)[-1].strip() if isinstance(said, str) else ""
    if said:
        title = said.splitlines()[0][:TITLE_MAX]
        return {"first_user_message": said[:TEXT_MAX], "preview": said[:TEXT_MAX], "title": title}
    images = payload.get("images") or payload.get("local_images")
    return {"first_user_message": IMAGE, "preview": IMAGE} if images else {}


def _git(payload: Mapping[str, Any]) -> dict[str, Value]:
    """Read git's facts: one that is null is cleared, one that is missing stays."""
    git = payload.get("git")
    if not isinstance(git, dict):
        return {}
    names = {"branch": "git_branch", "commit_hash": "git_sha", "repository_url": "git_origin"}
    return {
        ours: _text(git[theirs])
        for theirs, ours in names.items()
        if theirs in git and (git[theirs] is None or _text(git[theirs]))
    }


def _texts(payload: Mapping[str, Any], *names: str) -> dict[str, Value]:
    return {name: text for name in names if (text := _text(payload.get(name)))}


def _text(value: object) -> str | None:
    return value[:TEXT_MAX] if isinstance(value, str) and value else None


def _number(name: str, value: object) -> dict[str, Value]:
    return {name: value} if type(value) is int and -BIGGEST <= value <= BIGGEST else {}
