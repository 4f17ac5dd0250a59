"""Watches a search from inside: which function is being asked, and whether its budget is used up.

The memory that is bounded is that of the process beyond what it had at first: values, answers and arrays alike. It is
looked at every few milliseconds, between two calls of functions too, so it does not matter what grew.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from strandline.properties.engines.exhaust.memory import resident

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.engines.exhaust.found import Budget

EVERY: Final = 0.01
"""Seconds between two looks at the clock and at the memory of the process."""


class UsedUp(Exception):  # noqa: N818 - it is no error: the search ends as inconclusive
    """A bound of the budget is reached; the message says which."""


class Watch:
    """Knows what a search does now, and ends it when its budget is used up."""

    def __init__(self) -> None:
        """Watch without a bound.

        ``asking`` is the function that is being asked, empty if none is; ``asked`` counts the calls that were begun, so
        that who looks twice can tell whether it is the same one.
        """
        self.asking = ""
        self.asked = 0
        self._budget: Budget | None = None
        self._arrays: Callable[[], int] = int
        self._before = 0
        self._began = self._looked = float("-inf")

    @contextmanager
    def bounded(self, budget: Budget, arrays: Callable[[], int]) -> Iterator[None]:
        """Hold what is done in the block to a budget.

        Args:
            budget: time and memory that may be used.
            arrays: counts the bytes of arrays. They are a floor: memory that was free at first hides what took it.
        """
        self._budget, self._arrays = budget, arrays
        self._before, self._began = resident(), time.monotonic()
        try:
            yield
        finally:
            self._budget = None

    def look(self) -> None:
        """Look whether the budget is used up, unless that was done a moment ago.

        Raises:
            UsedUp: it is.
        """
        if self._budget is not None and time.monotonic() - self._looked >= EVERY:
            self.require(0)

    def require(self, room: int) -> None:
        """Hold the search to its budget, with room for so many bytes more.

        Raises:
            UsedUp: there is no room, or no time.
        """
        if self._budget is None:
            return
        self._looked = time.monotonic()
        memory, seconds = self._budget.memory, self._budget.seconds
        if seconds is not None and self._looked - self._began >= seconds:
            raise UsedUp(f"more than {seconds:g} s")
        if max(resident() - self._before, self._arrays()) + room > memory:
            raise UsedUp(f"more than {memory >> 20:,} MiB of memory")


_watch: Final = ContextVar("watch", default=Watch())  # noqa: B039 - one without a bound, which nobody looks at

current: Final = _watch.get
"""Gives what watches the search in this thread."""


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch what this thread does in the block."""
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


def look() -> None:
    """Look whether the budget of the search in this thread is used up.

    Raises:
        UsedUp: it is.
    """
    _watch.get().look()
