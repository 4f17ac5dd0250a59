"""How the real refreshes of a lockstep harness are run: by plain calls, here, or by :mod:`trio tasks <.tasks>`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.effects import Pause, ReadDate

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.effects import Effect, Result
    from strandline.impl.memo.host import Host, Lease
    from strandline.impl.memo.refresh import State


class Shell(Protocol):
    """Runs the refreshes of a lockstep harness, each up to its next gate."""

    def begin(self, actor: int, begun: tuple[State, Effect]) -> None:
        """Start a refresh; it waits at its first gate."""

    def perform(self, actor: int, effect: Effect, amend: Callable[[Result], Result]) -> Result:
        """Let a refresh through its gate; what it finds there may be amended."""

    def end(self, actor: int, outcome: Outcome) -> None:
        """Take note that a refresh has ended in this outcome."""

    def cancel(self, actor: int, *, midway: bool) -> None:
        """Cancel a refresh at its gate, or just after it was let through."""

    def close(self) -> None:
        """End everything that is still in flight."""


class BlockingShell:
    """Plain calls, one lease for each refresh."""

    def __init__(self, host: Host) -> None:
        """Run refreshes against a host."""
        self._host = host
        self._leases: dict[int, Lease] = {}

    def begin(self, actor: int, begun: tuple[State, Effect]) -> None:  # noqa: ARG002 - the protocol's
        """Start a refresh."""
        self._leases[actor] = self._host.lease()

    def perform(self, actor: int, effect: Effect, amend: Callable[[Result], Result]) -> Result:
        """Let a refresh through its gate."""
        if isinstance(effect, (ReadDate, Pause)):
            message = f"the world has no gate for {effect}"
            raise TypeError(message)
        return amend(self._leases[actor].perform(effect))

    def end(self, actor: int, outcome: Outcome) -> None:
        """Let the lease of a refresh go, as the blocking scanner does."""
        self._leases.pop(actor).release(sound=isinstance(outcome, Answer))

    def cancel(self, actor: int, *, midway: bool) -> None:  # noqa: ARG002 - the protocol's
        """Let the lease of a refresh go unsound."""
        self._leases.pop(actor).release(sound=False)

    def close(self) -> None:
        """Let every lease go."""
        for lease in self._leases.values():
            lease.release(sound=False)
