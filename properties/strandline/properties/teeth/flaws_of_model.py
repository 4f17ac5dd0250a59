"""Flaws of the reference model: one function of it replaced, so that its own search has something to find."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from strandline.model import memo, refresh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.log import Log, Row
    from strandline.model.memo import Limits, Memo, Reading, WriteBack
    from strandline.model.rules import Rules
    from strandline.model.state import Link

MODEL: Final = "exhaust model"
"""The engine that must catch a flaw of the model."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A function of the model, and what is put in its place; the law that it breaks, and in which small world."""

    name: str
    says: str
    law: str
    world: str
    where: Any
    attribute: str
    by: Any


def put_unasked(mine: Memo, _stored: Memo | None, epoch: int) -> WriteBack:
    """Put whatever was read, unless it was dropped."""
    return "put" if mine.epoch >= epoch else "discard"


def put_after_a_drop(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    """Put a memo that a drop came after."""
    return memo.write_back(replace(mine, epoch=epoch), stored and replace(stored, epoch=epoch), epoch)


def absorbing_all_that_was_known(  # noqa: PLR0913 - the arguments of what it replaces
    base: Memo | None, log: Log, coverage: int, identity: tuple[int, int, int], limits: Limits, rules: Rules
) -> Reading:
    """Keep the sources of the base, whether their rows are still there or not."""
    reading = _ABSORB(base, log, coverage, identity, limits, rules)
    if base is None or reading.cause is not None:
        return reading
    both = sorted({*base.sources, *reading.memo.sources})
    return reading._replace(memo=replace(reading.memo, sources=tuple(both)))


def unchanged_whatever_was_committed(link: Link, stored: Memo, wanted: int) -> bool:
    """Answer from the stored memo if it reaches back far enough."""
    return link.inode == stored.inode and stored.coverage <= wanted and not stored.full


def newest_row_alone(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Keep the newest row of the log as the only anchor."""
    return rows[-1:]


_ABSORB: Final = memo.absorb

FLAWS: Final[dict[str, Flaw]] = {
    flaw.name: flaw
    for flaw in (
        Flaw(
            "a memo that is put unasked",
            "puts what was read over whatever is stored",
            "M3",
            "windows",
            refresh,
            "write_back",
            put_unasked,
        ),
        Flaw(
            "a drop that is not heard",
            "puts what was read before a drop",
            "M8",
            "drop",
            refresh,
            "write_back",
            put_after_a_drop,
        ),
        Flaw(
            "sources that stay",
            "keeps sources whose rows were deleted",
            "M1",
            "limits",
            refresh,
            "absorb",
            absorbing_all_that_was_known,
        ),
        Flaw(
            "a commit that is not noticed",
            "answers from the stored memo whatever was committed",
            "M1",
            "prune",
            refresh,
            "_is_unchanged",
            unchanged_whatever_was_committed,
        ),
        Flaw(
            "a model with one anchor",
            "recognizes the log by its newest row alone",
            "M6",
            "pending",
            memo,
            "latest",
            newest_row_alone,
        ),
    )
}
"""Every flaw by its name."""


@contextmanager
def flawed(name: str) -> Iterator[None]:
    """Put a flaw in place while the block runs.

    Raises:
        KeyError: there is no such flaw.
    """
    flaw = FLAWS[name]
    with patch.object(flaw.where, flaw.attribute, flaw.by):
        yield
