"""Mutants of the reference model: one function of it replaced, so that its own search has something to find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.model.memo import memo, refresh
from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import Catalogue

if TYPE_CHECKING:
    from strandline.model.memo.log import Log, Row
    from strandline.model.memo.memo import Limits, Memo, Reading, WriteBack
    from strandline.model.memo.rules import Rules
    from strandline.model.memo.state import Connection

OF_MODEL: Final = Catalogue("mutant of the model", MODEL_ENGINE)
"""Every mutant of the model."""

_ABSORB: Final = memo.absorb


@OF_MODEL("a memo that is put unasked", "M3", "M3", "windows", refresh, "write_back")
def put_unasked(mine: Memo, _stored: Memo | None, epoch: int) -> WriteBack:
    """Puts what was read over whatever is stored."""
    return "put" if mine.epoch >= epoch else "discard"


@OF_MODEL("a drop that is not heard", "M8", "M8", "drop", refresh, "write_back")
def put_after_a_drop(mine: Memo, stored: Memo | None, _epoch: int) -> WriteBack:
    """Puts what was read before a drop."""
    return memo.write_back(mine, stored, mine.epoch)


@OF_MODEL("sources that stay", "M1", "M1", "limits", refresh, "absorb")
def absorbing_all_that_was_known(  # noqa: PLR0913 - the arguments of what it replaces
    base: Memo | None, log: Log, coverage: int, identity: tuple[int, int, int], limits: Limits, rules: Rules
) -> Reading:
    """Keeps sources whose rows were deleted."""
    reading = _ABSORB(base, log, coverage, identity, limits, rules)
    if base is None or reading.cause is not None:
        return reading
    both = sorted({*base.sources, *reading.memo.sources})
    return reading._replace(memo=replace(reading.memo, sources=tuple(both)))


@OF_MODEL("a commit that is not noticed", "M1", "M1", "prune", refresh, "_is_unchanged")
def unchanged_whatever_was_committed(connection: Connection, stored: Memo, wanted: int) -> bool:
    """Answers from the stored memo whatever was committed."""
    link = connection.link
    return link is not None and link.inode == stored.inode and stored.coverage <= wanted and not stored.full


@OF_MODEL("a model with one anchor", "M6", "M6", "pending", memo, "latest")
def newest_row_alone(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Recognizes the log by its newest row alone."""
    return rows[-1:]
