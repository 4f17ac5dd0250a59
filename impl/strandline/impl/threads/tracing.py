"""Where trace contexts come from and go to; no package for it is needed."""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG: Final = logging.getLogger(__name__)


class Tracer(Protocol):
    """Where trace contexts come from and go to; both as W3C traceparents."""

    def current(self) -> str | None:
        """Give the context of the caller."""

    def projecting(self, thread: str, parent: str | None, links: tuple[str, ...]) -> AbstractContextManager[object]:
        """Be around an attempt to project."""


class NoTracer:
    """Traces nothing."""

    def current(self) -> str | None:
        """Give no context."""
        return None

    def projecting(self, _thread: str, _parent: str | None, _links: tuple[str, ...]) -> AbstractContextManager[object]:
        """Do nothing around an attempt."""
        return nullcontext()


def context_of(tracer: Tracer) -> str | None:
    """Give the context of the caller; a tracer that fails fails no append."""
    try:
        return tracer.current()
    except Exception:  # whatever it raises
        LOG.exception("the tracer gave no context")
        return None


@contextmanager
def traced(tracer: Tracer, thread: str, parent: str | None, links: tuple[str, ...]) -> Iterator[None]:
    """Have a tracer around an attempt; one that fails before or after it changes nothing about it."""
    manager = None
    try:
        manager = tracer.projecting(thread, parent, links)
        manager.__enter__()
    except Exception:  # whatever it raises
        LOG.exception("the tracer failed before an attempt for thread %s", thread)
        manager = None
    try:
        yield
    finally:
        if manager is not None:
            try:
                manager.__exit__(*sys.exc_info())
            except Exception:  # whatever it raises
                LOG.exception("the tracer failed after an attempt for thread %s", thread)
