"""How a store begins: its folder, its threads made or taken up, and rows compared with tokens."""

from __future__ import annotations

import time
import uuid
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.threads.calls import thread_id
from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.errors import BadInputError, ClosedError, MetadataError, NotFoundError, StaleError
from strandline.impl.threads.host import Host, Live
from strandline.impl.threads.lines import begins_with
from strandline.impl.threads.projector import created, resumed
from strandline.impl.threads.reader import rollout_path
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.tracing import NoTracer

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.threads.database import Synchronous
    from strandline.impl.threads.generation import Generation
    from strandline.impl.threads.limits import Limits
    from strandline.impl.threads.row import Row
    from strandline.impl.threads.tracing import Tracer

DATABASE: Final = "threads.sqlite"
ROLLOUTS: Final = "rollouts"
NO_TRACER: Final = NoTracer()


def refuse_links(folder: Path) -> None:
    """Refuse a folder whose parts are links: what a store writes would lie elsewhere, or in a database of others.

    Raises:
        BadInputError: one of them is a link.
    """
    for part in (folder / ROLLOUTS, folder / DATABASE):
        if part.is_symlink():
            raise BadInputError(f"{part}: it is a link, which may lead anywhere: remove it, or name another folder")


class Opening:
    """A folder of threads, as both faces begin with it; what waits is left to them."""

    def __init__(  # noqa: PLR0913 - all that a store can be given
        self,
        folder: Path,
        *,
        limits: Limits,
        sync: bool,
        synchronous: Synchronous,
        tracer: Tracer,
        database: MetadataStore | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve a folder; it is made if it does not exist."""
        if not isinstance(folder, Path):
            raise BadInputError(f"folder must be a pathlib.Path, not {type(folder).__name__}")
        for field in fields(limits):
            if not getattr(limits, field.name) >= 0:
                raise BadInputError(f"the limit {field.name!r} must be at least 0, not {getattr(limits, field.name)!r}")
        self.rollouts = folder / ROLLOUTS
        refuse_links(folder)
        try:
            self.rollouts.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInputError(f"{folder}: no store can be there: {error.strerror}") from error
        if database is None:
            database = MetadataStore(folder / DATABASE, self.rollouts, synchronous=synchronous, busy=limits.busy)
        self.host = Host(database, limits, tracer, clock)
        self.sync = sync
        self.closed = False

    def create(self, thread: str | None, facts: dict[str, Any]) -> Live:
        """Make a thread and the empty file of its rollout."""
        self.ensure_open()
        thread = uuid.uuid4().hex if thread is None else thread_id(thread)
        rollout = Rollout.create(rollout_path(self.rollouts, thread), thread, sync=self.sync, facts=facts)
        return self._live(Live(self.host, rollout, created(rollout.tail)))

    def resume(self, thread: str) -> tuple[Live, bool]:
        """Take up a thread, and tell whether its row is to be made anew before the first append.

        Raises:
            NotFoundError: it has no rollout; then a row of it is what a discard left that was killed.
        """
        self.ensure_open()
        path = rollout_path(self.rollouts, thread_id(thread))
        rows: list[Row] = []

        def mark() -> Generation | None:
            try:
                row = self.host.database.reader.any(thread)
            except MetadataError:
                return None  # then the row is made anew, when that can be done
            if row is not None:
                rows.append(row)
            return None if row is None else row.generation

        rollout = Rollout.resume(path, thread, sync=self.sync, mark=mark)
        found = rollout.found
        if found is None:
            raise TypeError("a resumed rollout was read")
        row = (rows[0].generation, rows[0].patch) if rows and found.matched else None
        other = bool(rows) and row is None
        live = self._live(Live(self.host, rollout, resumed(rollout.tail, found.patch, row, other=other)))
        return live, other

    def ensure_open(self) -> None:
        """Refuse to go on after the store is closed."""
        if self.closed:
            raise ClosedError("the store is closed: open it anew")

    def row(self, thread: str) -> Row | None:
        """Give the row of a thread, None if it has none yet.

        Raises:
            NotFoundError: there is no such thread.
        """
        row = self.host.database.reader.read(thread_id(thread))
        if row is None and not rollout_path(self.rollouts, thread).exists():
            raise NotFoundError(f"there is no thread {thread}: list the threads, or create it")
        return row

    def holds(self, thread: str, token: Generation) -> bool:
        """Tell whether a token is of the history of a thread."""
        return begins_with(rollout_path(self.rollouts, thread), token)

    def is_at_least(self, row: Row | None, token: Generation) -> bool:
        """Tell whether a row is as new as a token, and of the history that the rollout has now."""
        if row is None or row.generation.rollout != token.rollout or row.generation.ordinal < token.ordinal:
            return False
        return row.generation == token or self.holds(row.thread, row.generation)

    def _live(self, live: Live) -> Live:
        self.host.add(live)
        return live


def stale(thread: str, row: Row | None, token: Generation) -> StaleError:
    """Say that a row is older than what was asked for."""
    through = 0 if row is None else row.generation.ordinal
    return StaleError(
        f"the row of thread {thread} is stale: it has line {through}, and line {token.ordinal} was asked for;"
        " ask again with a later deadline, or flush in the process that writes it"
    )
