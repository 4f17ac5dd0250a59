"""What can be asked of a live thread: arguments are judged here, and outcomes become results or errors."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from strandline.impl.threads.errors import (
    BadInputError,
    CancelledError,
    ClosedError,
    DeadlineError,
    DiscardedError,
    ForeignTokenError,
    ProjectionError,
    SnapshotError,
    ThreadError,
    WorkerDeadError,
)
from strandline.impl.threads.fold import BIGGEST, CHANGE, change
from strandline.impl.threads.generation import Generation
from strandline.impl.threads.lines import Encoded, Item, encode
from strandline.impl.threads.patch import COLUMNS, INDEX
from strandline.impl.threads.row import Position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.impl.threads.effects import Kind, Outcome
    from strandline.impl.threads.patch import Value

OnFailure: TypeAlias = Literal["raise", "return"]
"""Whether a barrier that fails raises, or returns the status that says so."""

PAGE_MAX: Final = 1_000
"""Rows of one page."""
TEXT_MAX: Final = 100_000
"""Characters of a value that somebody sets."""
INSIDE: ContextVar[bool] = ContextVar("strandline_threads_snapshot", default=False)
"""Whether the caller is inside a read transaction of its own."""
_THREAD: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_FACTS: Final = ("cwd", "model", "git")


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked: a kind of call, and the lines that it appends."""

    kind: Kind
    items: tuple[Encoded, ...] = ()

    @property
    def is_barrier(self) -> bool:
        """Whether it waits for the row."""
        return self.kind not in {"append", "discard"}


def appending(items: object, *, flush: bool = False) -> Call:
    """Append items; there must be one at least."""
    encoded = encode(items)
    if not encoded:
        raise BadInputError("there must be at least one item; to wait for earlier ones, flush")
    return Call("append and flush" if flush else "append", encoded)


def changing(values: Mapping[str, object]) -> Call:
    """Set columns, or clear those that are None, explicitly."""
    if not values:
        raise BadInputError(f"there must be something to set: {', '.join(_settable())}")
    given: dict[str, Value] = {}
    for name, value in values.items():
        if name not in _settable():
            raise BadInputError(f"{name!r} cannot be set; these can: {', '.join(_settable())}")
        given[name] = _value(name, value)
    return Call("change", encode((Item(CHANGE, change(given)),)))


def _settable() -> list[str]:
    return [column.name for column in COLUMNS if column.settable]


def _value(name: str, value: object) -> Value:
    if value is None:
        return None
    kind = COLUMNS[INDEX[name]].kind
    if type(value) is not kind:
        raise BadInputError(f"{name} must be {kind.__name__} or None, which clears it, not {type(value).__name__}")
    if isinstance(value, str) and not 0 < len(value) <= TEXT_MAX:
        raise BadInputError(f"{name} must have between 1 and {TEXT_MAX} characters; None clears it")
    if isinstance(value, str):
        return value
    if abs(number := int(str(value))) <= BIGGEST:
        return number
    raise BadInputError(f"{name} must be an integer of 64 bits, not {value!r}")


def thread_id(given: object) -> str:
    """Judge the id of a thread, which names its rollout."""
    if not isinstance(given, str) or _THREAD.fullmatch(given) is None:
        raise BadInputError(
            f"a thread id has 1 to 128 letters, digits, '.', '_' or '-', and begins with no '.' or '-': not {given!r}"
        )
    return given


def facts(given: Mapping[str, object]) -> dict[str, Any]:
    """Judge what the first line of a new thread tells."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _FACTS:
            raise BadInputError(f"{name!r} cannot be told at first; these can: {', '.join(_FACTS)}")
        if value is None:
            continue
        wanted = dict if name == "git" else str
        if not isinstance(value, wanted):
            raise BadInputError(f"{name} must be {wanted.__name__}, not {type(value).__name__}")
        found[name] = value
    encode((Item("thread", found),))
    return found


def seconds(given: object) -> float | None:
    """Judge a deadline, in seconds from now; None is for ever."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not given >= 0:
        raise BadInputError(f"a deadline is a number of seconds from now, at least 0, or None for none; not {given!r}")
    return float(given)


def page(limit: object, after: object) -> tuple[int, Position | None]:
    """Judge what part of a list is asked for."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= PAGE_MAX:
        raise BadInputError(f"a page has between 1 and {PAGE_MAX} rows, not {limit!r}")
    if after is not None and not isinstance(after, Position):
        raise BadInputError(f"go on after the position that the page before gave, not after {after!r}")
    return limit, after


def token(given: object) -> Generation | None:
    """Judge a token."""
    if given is None or isinstance(given, Generation):
        return given
    raise BadInputError(f"a token is a Generation that an append or a flush gave, not {given!r}")


def failing(given: object) -> bool:
    """Judge whether a barrier that fails raises."""
    if given not in {"raise", "return"}:
        raise BadInputError(f"on_failure is 'raise' or 'return', not {given!r}")
    return given == "raise"


def outside(call: Call) -> None:
    """Refuse a barrier inside a read transaction of its own: what it waits for would not be seen there."""
    if call.is_barrier and INSIDE.get():
        raise SnapshotError("a barrier inside a snapshot would never be seen there: leave the snapshot first")


def foreign(thread: str) -> ForeignTokenError:
    """Say that a token is of no use for a thread."""
    return ForeignTokenError(
        f"the token is of another rollout than that of thread {thread}, or of lines that it lost: read without it"
    )


def judged(outcome: Outcome, *, raises: bool) -> Outcome:
    """Give the outcome of a call, or raise what it says."""
    if outcome.status == "done" or not raises:
        return outcome
    raise error(outcome)


def error(outcome: Outcome) -> ThreadError:
    """Make the error that an outcome stands for."""
    durable, generation = outcome.durable, outcome.generation
    kept = "; its lines are durable: do not append them again" if durable else ""
    match outcome.status:
        case "unwritten":
            cause = outcome.error
            return cause if isinstance(cause, ThreadError) else ThreadError(f"nothing was written: {cause!r}")
        case "failed":
            found = outcome.error
            return ProjectionError(f"{found.detail}{kept}", found.reason, durable=durable, generation=generation)
        case "dead":
            return WorkerDeadError(f"{outcome.error.detail}{kept}", durable=durable, generation=generation)
        case "expired":
            said = f"the deadline passed before the row was written, which may still come{kept}"
            return DeadlineError(said, durable=durable, generation=generation)
        case "cancelled":
            return CancelledError(f"the call was cancelled{kept}", durable=durable, generation=generation)
        case "discarded":
            return DiscardedError("the thread is discarded", durable=durable, generation=generation)
        case _:
            return ClosedError(f"the thread is shut down: resume it{kept}", durable=durable, generation=generation)
