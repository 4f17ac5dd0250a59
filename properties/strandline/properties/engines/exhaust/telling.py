"""Tells how far a search has come, also while a layer takes long, or a function that was asked."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from strandline.properties.engines.exhaust.found import Counts, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.engines.exhaust.watching import Watch

EVERY: Final = 0.1
"""Seconds after which a thread tells how far the search has come, if the search itself did not."""


class Telling:
    """Tells whoever wants to know; one call at a time, by the search or by a thread beside it."""

    def __init__(self, say: Callable[[Status], None] | None, watch: Watch) -> None:
        """Tell by this function; without one nobody listens."""
        self._say = say
        self.listens = say is not None
        self._watch = watch
        self._latest = Status(Counts(states=1, frontier=1))
        self._told = time.monotonic()
        self._turn = threading.Lock()
        self._over = threading.Event()

    def tell(self, status: Status) -> None:
        """Tell at once how far the search has come."""
        self._latest = status._replace(ahead="")
        self._tell(status)

    def note(self, status: Status) -> None:
        """Keep how far the search has come, for when it is told next; what is new of broken laws is told at once."""
        broke = len(status.broken) > len(self._latest.broken)
        self._latest = status
        if broke:
            self._tell(status)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Tell now and then in the block, whatever the search does."""
        if self._say is None:
            yield
            return
        thread = threading.Thread(target=self._tick, name="telling", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _tell(self, status: Status) -> None:
        if self._say is not None:
            with self._turn:
                self._told = time.monotonic()
                self._say(status)

    def _tick(self) -> None:
        """Tell what the search keeps, a frozen value, with the function that is being asked."""
        call, since = 0, time.monotonic()
        with suppress(OSError):  # nobody hears it any more
            while not self._over.wait(EVERY):
                now, asking = time.monotonic(), self._watch.asking
                if call != self._watch.asked:
                    call, since = self._watch.asked, now
                if now - self._told >= EVERY:
                    self._tell(self._latest._replace(asking=asking, waited=now - since if asking else 0.0))
