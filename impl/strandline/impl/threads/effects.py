"""The gates of a live thread: what goes into its core, and the accesses to shared things that come out.

Requests and answers name a ticket, which stands for one call. Each effect is one access to
something shared: the rollout, the row, the deadline heap, or a caller who waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from strandline.impl.threads.failures import Failure
    from strandline.impl.threads.generation import Generation
    from strandline.impl.threads.patch import Patch

Kind: TypeAlias = Literal["append", "append and flush", "change", "persist", "flush", "shutdown", "discard"]
Status: TypeAlias = Literal["done", "unwritten", "failed", "expired", "cancelled", "closed", "discarded", "dead"]
Wait: TypeAlias = Literal["pace", "retry", "touch"]


# What goes in.


@dataclass(frozen=True, slots=True)
class Request:
    """A call begins."""

    ticket: int
    kind: Kind
    items: Any = ()
    """What to append; the core hands it on as it is."""
    trace: str | None = None
    """The trace context of the caller, as a W3C traceparent."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """The lines of a ticket are durable."""

    ticket: int
    generation: Generation
    patch: Patch


@dataclass(frozen=True, slots=True)
class NotWritten:
    """The lines of a ticket could not be written, and none of them is there."""

    ticket: int
    error: Any


@dataclass(frozen=True, slots=True)
class Removed:
    """The rollout is removed; ``error`` if it could not be."""

    ticket: int
    error: Any = None


@dataclass(frozen=True, slots=True)
class Expire:
    """The deadline of a call passed."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """A caller gave up."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Applied:
    """The row has the generation that was to be projected, or the row is deleted."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The row is not the one that the patch goes on from; nothing was written."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What the lines through the generation in flight set together."""

    patch: Patch


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt in flight failed, and SQLite is idle."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Due:
    """The wait that was armed last is over."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The database was replaced: nothing is known of the row."""


@dataclass(frozen=True, slots=True)
class Died:
    """The worker of the store died."""

    failure: Failure


Result: TypeAlias = Applied | Mismatch | Folded | Failed
Input: TypeAlias = Request | Wrote | NotWritten | Removed | Expire | Cancel | Result | Due | Lost | Died


# What comes out: for the caller of a ticket to do.


@dataclass(frozen=True, slots=True)
class Write:
    """Append lines to the rollout. Goes on with: Wrote or NotWritten."""

    ticket: int
    items: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the rollout. Goes on with: Removed."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended.

    ``durable`` tells whether its lines are in the rollout, or for a discard, whether the rollout is
    gone; ``generation`` is what it waited for, or wrote.
    """

    status: Status
    generation: Generation | None = None
    durable: bool = False
    error: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A call has ended."""

    ticket: int
    outcome: Outcome


# What comes out: for the store to do.


@dataclass(frozen=True, slots=True)
class Release:
    """Close the rollout and its lock."""


@dataclass(frozen=True, slots=True)
class Upsert:
    """Merge a patch into the row in one guarded transaction. Goes on with: Applied, Mismatch or Failed.

    ``base`` is the generation that the row must have; None to replace whatever row there is.
    """

    base: Generation | None
    target: Generation
    patch: Patch
    trace: str | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refold:
    """Read what the rollout's lines set together, through a generation. Goes on with: Folded or Failed."""

    through: Generation


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the row. Goes on with: Applied or Failed."""

    rollout: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Interrupt what is in flight; its result still comes, when it has ended."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Wait in the deadline heap; replaces any wait before it. Goes on with: Due."""

    wait: Wait
    failures: int = 0
    """How many attempts failed in a row, for the backoff."""


Work: TypeAlias = Upsert | Refold | Delete
Effect: TypeAlias = Write | Remove | Answer | Release | Work | Interrupt | Arm
