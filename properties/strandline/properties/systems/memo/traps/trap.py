"""What a trap is, and the words in which traps are written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.model.memo.log import Row
from strandline.model.memo.oracle import Counts, How, Turn

if TYPE_CHECKING:
    from strandline.model.memo.log import Body

DAY: Final = date(2024, 5, 15)
"""The day that is asked for where days are not what the trap is about."""

DAWN: Final = 1_715_731_200
"""The instant at which it begins in UTC; seconds of a trap are counted from here."""

DUSK: Final = 86_400
"""The first second after it."""

UTC_NAME: Final = "UTC"

PRIORITY: Final = 'Some(Some("priority"))'
"""The priority tier, as the settings of a thread print it."""


class Asked(NamedTuple):
    """A window of days, the turns that are in it, and how many rows of its span are skipped, by reason.

    ``counts`` says what is counted beside them, None where that is not what the trap is about.
    """

    turns: tuple[Turn, ...]
    skipped: tuple[tuple[str, int], ...] = ()
    first: date | None = DAY
    last: date | None = DAY
    zone: str = UTC_NAME
    counts: Counts | None = None


class Trap(NamedTuple):
    """A log by its rows, in the order of their ids, what it lures into, and what is right."""

    name: str
    lures: str
    rows: tuple[Row, ...]
    asked: tuple[Asked, ...]


def rows(*cells: tuple[int, object, Body]) -> tuple[Row, ...]:
    """Make rows of (id, second of the day, body); a second that is no integer is stored as it is."""
    return tuple(
        Row(row_id, DAWN + ts if type(ts) is int else ts, row_id % 1_000, None, f"process {row_id % 3}", body)
        for row_id, ts, body in cells
    )


def turn(name: str, second: int, model: str | None = "m", thread: str | None = "t", how: How = "requested") -> Turn:
    """Write down a turn whose tier a row of some second of the day tells."""
    return Turn(name, how, thread, DAWN + second, model)


def utc(*numbers: int) -> int:
    """Give an instant by year, month, day, and as much of the time as matters, as clocks in UTC show it."""
    year, month, day, hour, minute, second = (*numbers, 0, 0, 0)[:6]
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())


def request(name: str, model: object = "m", thread: str = "t", **more: object) -> str:
    """Write the body of a request for the priority tier."""
    fields = {"type": "response.create", "service_tier": "priority", "model": model} | more
    return f"session{{thread_id={thread}}}:turn{{turn.id={name}}}: websocket request: {json.dumps(fields)}"


def completed(name: str, model: str = "n") -> str:
    """Write the body of a completion."""
    fields = {"type": "response.completed", "response": {"id": "r", "model": model}}
    return f"turn{{turn_id={name}}}: websocket event: {json.dumps(fields)}"


def submission(name: str, thread: str = "t", op: str = "UserTurn", tier: str = PRIORITY, text: str = "") -> str:
    """Write the body of a submission; ``tier`` is printed as Rust does, ``text`` as it stands."""
    settings = f"thread_settings: Overrides {{ model: None, service_tier: {tier} }}"
    inside = f"items: [{text}], {settings}"
    if op == "TurnInput":
        inside = f"request: Request {{ {inside}, start: Options {{ service_tier: None }} }}, mode: StartOrSteer"
    return f'op{{thread_id={thread}}}: Submission sub=Submission {{ id: "{name}", op: {op} {{ {inside} }} }}'


def tags(name: str, tier: str = "priority", model: str = "m", thread: str = "t") -> str:
    """Write the body of the tags of a sampling request."""
    message = f'model="{model}" policy=ReadOnly {{ network: false }} tags_json={{"service_tier":"{tier}"}}'
    return f"session{{thread_id={thread}}}:turn{{turn.id={name}}}: {message}"


def started(name: str, operation: str = "turn_input") -> str:
    """Write the body of a submission that shows no more than its operation."""
    return f'op{{thread_id=t}}: Submission thread_id=t submission_id={name} operation="{operation}" op=TurnInput {{ }}'


def rerouted(name: str, model: str = "n") -> str:
    """Write the body of the news that another model answered."""
    return f"turn{{turn_id={name}}}: server reported model {model} while requested model was m"


def trap_of(name: str, lures: str, bodies: tuple[str, ...], *turns: Turn, counts: Counts | None = None) -> Trap:
    """Make a trap of bodies, one a second; a turn is told by the second of the row that tells its tier."""
    cells = ((second, second, body) for second, body in enumerate(bodies, 1))
    return Trap(name, lures, rows(*cells), (Asked(turns, counts=counts),))


def bare(name: str, second: int) -> Turn:
    """Write down a turn whose request names no thread and no model."""
    return turn(name, second, None, None)


def asks(spans: str, rest: str = "}", mark: str = " ") -> str:
    """Write a request with spans of its own; its payload lacks its end, so that more can follow."""
    return f'{spans}: websocket request:{mark}{{"type": "response.create", "service_tier": "priority"{rest}'


def done(spans: str, rest: str = "}") -> str:
    """Write a completion with spans of its own, whose payload lacks its end."""
    return f'{spans}: websocket event: {{"type": "response.completed", "response": {{"model": "n"}}{rest}'
