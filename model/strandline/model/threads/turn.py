"""One step while it is taken: the state as it changes, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.model.terms import replace
from strandline.model.threads.events import Answered, Began, Released, Stalled
from strandline.model.threads.facts import Patch
from strandline.model.threads.state import APPENDS, UNKNOWN, WRITES, Caller, Now, State, Thread, Waiter, Work

if TYPE_CHECKING:
    from typing import Any


class Turn:
    """The one owner of a state while a step is taken; what a thread asks for is done to what is around it.

    The thread and its callers are read at once, for every step of a thread looks at them; all else is read when it is
    needed.
    """

    def __init__(self, state: State) -> None:
        """Begin with the state before the step."""
        self.state = state
        self.thread = Thread(*state.thread[:])
        self.now = [caller[:][0] for caller in state.callers]
        self.events: list[Any] = []
        self.failing = UNKNOWN
        """The generation of the attempt that ended in this step and failed."""
        self._before = self.thread, list(self.now)

    def change(self, **fields: Any) -> None:  # noqa: ANN401 - a field holds what it was declared to hold
        """Change what is around the thread."""
        self.state = replace(self.state, **fields)

    def mind(self, **fields: Any) -> None:  # noqa: ANN401 - as above
        """Change which callers the thread speaks of."""
        self.thread = self.thread._replace(**fields)

    def core(self, **fields: Any) -> None:  # noqa: ANN401 - as above
        """Change what the thread decides by."""
        self.thread = self.thread._replace(core=self.thread.core._replace(**fields))

    def call(self, who: int, **fields: Any) -> None:  # noqa: ANN401 - as above
        """Change fields of a caller's call, if it has one."""
        call, waiter = self.now[who]
        if call is not None:
            self.now[who] = Now(call._replace(**fields), waiter)

    def wait(self, who: int, waiter: Waiter | None) -> None:
        """Know a caller as a barrier, or no longer."""
        self.now[who] = Now(self.now[who].call, waiter)

    def kind(self, who: int) -> str:
        """Give what kind of call a caller made."""
        call = self.now[who].call
        return "" if call is None else call.kind

    def waiters(self) -> dict[int, Waiter]:
        """Give the barriers that the core knows, by the number of the caller."""
        return {who: now.waiter for who, now in enumerate(self.now) if now.waiter is not None}

    def done(self) -> tuple[State, tuple[Any, ...]]:
        """Give the state after the step, and the events."""
        self._notice_capture()
        self._notice_stall()
        thread, now = self._before
        changes: dict[str, Any] = {}
        if self.thread != thread:
            changes["thread"] = self.thread
        if self.now != now:
            changes["callers"] = tuple(
                caller if one == other else Caller(other)
                for caller, one, other in zip(self.state.callers, now, self.now, strict=True)
            )
        return replace(self.state, **changes) if changes else self.state, tuple(self.events)

    def _notice_capture(self, answered: int | None = None) -> None:
        """Note what a barrier that waited for the section captured, the moment that it did.

        The core knows it as a barrier then. One that is answered in the same step is known by that.
        """
        for who, (call, waiter) in enumerate(self.now):
            if call is None or call.kind not in ("shutdown", "persist") or call.captured != UNKNOWN:
                continue
            if waiter is not None or who == answered:
                whole = call.kind == "persist" or not self.state.resting
                self.call(who, captured=self.observed(), whole=whole)

    def _notice_stall(self) -> None:
        """Tell of an append that waits although nobody is in the section."""
        open_to_all = self.thread.writing is None and self.thread.core.gate == "open"
        if open_to_all and any(
            call is not None and call.kind in APPENDS and call.at == "waits" for call, _ in self.now
        ):
            self.events.append(Stalled())

    def observed(self) -> int:
        """Give the number of the last line that was observed; one that is only written was not yet."""
        unseen = sum(call is not None and call.at == "wrote" for call, _ in self.now)
        lines = self.state.lines
        seen = lines[: len(lines) - unseen]
        return seen[-1].number if seen else 0

    # What a thread asks for.

    def ask(self, who: int, what: str) -> None:
        """Ask a caller to write its line, or to remove the rollout."""
        self.call(who, at=what)

    def arm(self, wait: str) -> None:
        """Wait in the store's heap, in place of any wait before."""
        self.change(heap=wait)

    def begin(self, work: Work) -> None:
        """Give the store something to do."""
        self._notice_capture()
        state = self.state
        if work.kind != "delete":
            closed = state.released or state.gone
            upsert = work.kind == "upsert"
            lines, owed = (state.lines, state.owed) if upsert else ((), (0, frozenset[str]()))
            self.events.append(Began(work.kind, work.target, work.patch, lines, state.work is not None, owed, closed))
        self.change(work=work)
        if work.kind == "refold" or work.base != UNKNOWN:  # what follows a refold is the same attempt
            for who, (call, _) in enumerate(self.now):
                if call is not None and call.at == "waits" and UNKNOWN < call.captured <= work.target:
                    self.call(who, tried=True)

    def release(self) -> None:
        """Close the rollout and drop its lock; nothing of the thread waits any more."""
        self.events.append(Released(self.state.work is not None))
        self.change(released=True, heap="")

    def answer(self, who: int, status: str, *, durable: bool = False) -> None:
        """Tell a caller how its call ended."""
        self._notice_capture(who if status in ("done", "failed", "dead") else None)
        call, state = self.now[who].call, self.state
        if call is None:
            self.events.append(Answered(None, status))
            return
        told = status == "done" and call.kind not in APPENDS
        ends = call.kind in ("shutdown", "discard")
        self.events.append(
            Answered(
                call,
                status,
                durable,
                wrote=call.kind in WRITES and call.kind != "persist" and call.captured > 0,
                row=state.row if told else None,
                lines=state.lines if told else (),
                released=ends and state.released,
                closing=status in ("closed", "discarded") and self._is_closing(),
                dead=status == "dead" and self.thread.core.dead,
                covered=call.tried and call.captured <= self.failing,
            )
        )
        self.now[who] = Now()
        if call.kind == "persist" and status == "done" and state.resting:
            self.change(resting=False)

    def _is_closing(self) -> bool:
        """Tell whether somebody shuts the thread down or discards it, or has."""
        kinds = [call.kind for call, _ in self.now if call is not None]
        return "shutdown" in kinds or "discard" in kinds or self.state.released


def columns(patch: Patch) -> frozenset[str]:
    """Give the columns that a patch sets."""
    return frozenset(name for name, value in zip(Patch._fields, patch, strict=True) if value and name != "explicit")
