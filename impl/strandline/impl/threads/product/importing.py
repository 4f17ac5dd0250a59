"""Importing rollouts of codex into a store: again and again, and nothing twice."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from strandline.impl.threads.calls import thread_id
from strandline.impl.threads.errors import BadInputError, ThreadError
from strandline.impl.threads.fold import CHANGE, change
from strandline.impl.threads.lines import Item, Line, opened, parse, whole_lines
from strandline.impl.threads.opening import ROLLOUTS
from strandline.impl.threads.product import codex
from strandline.impl.threads.reader import rollout_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from strandline.impl.threads.product.codex import Name
    from strandline.impl.threads.store import LiveThread, ThreadStore

Status: TypeAlias = Literal["new", "grown", "unchanged", "refused"]

BATCH: Final = 256
"""Lines that are appended at once."""
BATCH_BYTES: Final = 8 << 20
"""Bytes, about, that are appended at once."""


class DiffersError(BadInputError):
    """A rollout is not the one that was imported before, gone on."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of one rollout."""

    path: Path
    thread: str | None
    status: Status
    lines: int = 0
    """Lines that were appended; a name counts for none."""
    named: bool = False
    unfinished: int = 0
    """Bytes behind its last whole line, which are left for another time."""
    why: str | None = None
    """Why it was refused; what was appended before that stays."""


@dataclass(slots=True)
class Totals:
    """What was seen in all."""

    rollouts: Counter[str] = field(default_factory=Counter)
    """Rollouts by what came of them."""
    lines: int = 0
    named: int = 0
    types: Counter[str] = field(default_factory=Counter)
    """The lines that were appended, by their type in codex; an empty one if they have none."""

    def add(self, imported: Imported) -> None:
        """Count a rollout."""
        self.rollouts[imported.status] += 1
        self.lines += imported.lines
        self.named += imported.named

    @property
    def unknown(self) -> dict[str, int]:
        """The lines of types that codex is not known to write, which are kept all the same."""
        return {name: count for name, count in sorted(self.types.items()) if name not in codex.KNOWN}


@dataclass(frozen=True, slots=True)
class Importer:
    """Imports rollouts into a store, one after the other."""

    store: ThreadStore
    home: Path
    """The folder of the store."""
    names: dict[str, Name]
    """The names of threads, each an explicit title."""
    totals: Totals = field(default_factory=Totals)
    """What was seen so far."""

    def imports(self, rollouts: Iterable[Path]) -> Iterator[Imported]:
        """Import rollouts; one that cannot be is told, and the others go on."""
        for path in rollouts:
            thread = None
            try:
                thread = thread_id(codex.thread_of(path))
                imported = self._import(codex.Rollout(path, thread))
            except (ThreadError, OSError) as error:
                why = str(error) if isinstance(error, ThreadError) else f"{path}: {error.strerror or error}"
                imported = Imported(path, thread, "refused", why=why)
            self.totals.add(imported)
            yield imported

    def _import(self, rollout: codex.Rollout) -> Imported:
        path, thread = rollout.path, rollout.thread
        ours = rollout_path(self.home / ROLLOUTS, thread)
        known = ours.exists()
        name = self.names.get(thread)
        more = next(_new(rollout, ours), None) is not None
        if not more and (not known or name is None or name.digest in _names(ours)):
            return Imported(path, thread, "unchanged", unfinished=rollout.unfinished)
        live = self.store.resume(thread) if known else self.store.create(thread)
        try:
            # Again, now that nobody else writes ours: another import may have been faster.
            count = _append(live, rollout, _new(rollout, ours), self.totals)
            named = name is not None and name.digest not in _names(ours)
            if name is not None and named:
                live.append([Item(CHANGE, change({"title": name.title}), name.at, {"name": name.digest})])
            live.flush()
        finally:
            live.shutdown(on_failure="return")
        return Imported(path, thread, "grown" if known else "new", count, named, rollout.unfinished)


def _new(rollout: codex.Rollout, ours: Path) -> Iterator[codex.Raw]:
    """Give the lines of a rollout that ours does not have yet.

    Raises:
        DiffersError: ours has others in the place of some of them.
    """
    mine = (origin.get("digest", "") for origin in _origins(ours) if "line" in origin)
    for raw in rollout:
        had = next(mine, None)
        if had is None:
            yield raw
        elif had != raw.digest:
            raise DiffersError(
                f"{rollout.path}: its line {raw.number} is not the one that was imported for thread {rollout.thread}:"
                " another rollout of this thread was imported, or codex wrote this one anew"
            )


def _names(ours: Path) -> set[str]:
    return {str(origin["name"]) for origin in _origins(ours) if "name" in origin}


def _origins(ours: Path) -> Iterator[dict[str, Any]]:
    """Give where the lines of a rollout of ours came from, those of none left out."""
    try:
        descriptor = opened(ours)
    except FileNotFoundError:
        return
    try:
        for raw in whole_lines(descriptor, os.fstat(descriptor).st_size):
            line = parse(raw)
            if isinstance(line, Line) and line.origin is not None:
                yield dict(line.origin)
    finally:
        os.close(descriptor)


def _append(live: LiveThread, rollout: codex.Rollout, lines: Iterator[codex.Raw], totals: Totals) -> int:
    """Append lines, some at once, and count them."""
    count = size = 0
    batch: list[Item] = []
    for raw in lines:
        source = rollout.source(raw)
        totals.types[source.type] += 1
        batch.append(source.item)
        count, size = count + 1, size + len(raw.line)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            live.append(batch)
            batch, size = [], 0
    if batch:
        live.append(batch)
    return count
