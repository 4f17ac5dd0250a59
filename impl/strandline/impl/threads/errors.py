"""What a call to a store of threads can raise; each message says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from strandline.impl.threads.generation import Generation


class ThreadError(Exception):
    """Any failure of a store of threads.

    ``durable`` tells whether the lines of the call are in the rollout nevertheless: then they must
    not be appended again. ``generation`` is theirs.
    """

    def __init__(self, message: str, *, durable: bool = False, generation: Generation | None = None) -> None:
        """Say what went wrong, and whether the lines of the call are durable."""
        super().__init__(message)
        self.durable = durable
        self.generation = generation


class BadInputError(ThreadError, ValueError):
    """An argument has the wrong type or value; nothing was done."""


class NotFoundError(ThreadError, LookupError):
    """There is no such thread."""


class ExistsError(ThreadError):
    """A thread with this id exists already."""


class HeldError(ThreadError):
    """Another writer holds the rollout; ``pid`` is its process where the system tells."""

    def __init__(self, message: str, pid: int | None) -> None:
        """Name the holder."""
        super().__init__(message)
        self.pid = pid


class DamagedError(ThreadError):
    """A line in the middle of a rollout cannot be read; nothing was changed."""


class WriteError(ThreadError, OSError):
    """The rollout could not be written; none of the lines of the call is in it."""


class GoneError(WriteError):
    """The rollout that this thread writes is no longer at its path."""


class ClosedError(ThreadError):
    """The thread or the store is shut down, or is being shut down."""


class DiscardedError(ClosedError):
    """The thread is discarded, or is being discarded."""


class ForeignTokenError(ThreadError, ValueError):
    """A token is of another rollout, or of a history that this rollout lost."""


class SnapshotError(ThreadError):
    """A barrier was asked for inside a read transaction of its own, which would never see its outcome."""


class BarrierError(ThreadError):
    """A barrier ended without its generation in the row; the fact itself is kept and projected later."""


class ProjectionError(BarrierError):
    """An attempt that covered the generation failed; ``reason`` is for programs."""

    def __init__(
        self, message: str, reason: str, *, durable: bool = False, generation: Generation | None = None
    ) -> None:
        """Name the reason."""
        super().__init__(message, durable=durable, generation=generation)
        self.reason = reason


class DeadlineError(BarrierError, TimeoutError):
    """The deadline of a barrier passed first; the projection may still come."""


class CancelledError(BarrierError):
    """The barrier was cancelled."""


class WorkerDeadError(BarrierError):
    """The worker of the store died; appends go on, and the next store that resumes the thread projects them."""


class StaleError(ThreadError):
    """The row is older than the token that a read asked for."""


class MetadataError(ThreadError):
    """The database could not be read; ``reason`` is for programs."""

    def __init__(self, message: str, reason: str) -> None:
        """Name the reason."""
        super().__init__(message)
        self.reason = reason
