"""The algebra of metadata: what a line sets, and what several lines set together.

``merge`` is associative and has ``EMPTY`` for its identity, so a row does not depend on which
patches were coalesced. Pure functions; nothing here reads a clock or a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value: TypeAlias = str | int | None
Rule: TypeAlias = Literal["last", "latch", "maximum"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What is set for one column: a value, or None to clear it; a column that is not set has no cell.

    ``explicit`` if somebody asked for it, and not if it was derived from the history.
    """

    value: Value
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row, and the rule by which its cells are merged."""

    name: str
    rule: Rule
    kind: type[str | int]
    settable: bool = True
    """Whether somebody may ask for a value of it."""
    clearable: bool = True


COLUMNS: Final = (
    Column("title", "latch", str),
    Column("preview", "latch", str, settable=False),
    Column("first_user_message", "latch", str, settable=False),
    Column("cwd", "latch", str),
    Column("created_at", "latch", int, settable=False),
    Column("model", "last", str),
    Column("tokens", "last", int, settable=False),
    Column("memory_mode", "last", str),
    Column("git_branch", "last", str),
    Column("git_sha", "last", str),
    Column("git_origin", "last", str),
    Column("updated_at", "maximum", int, settable=False, clearable=False),
    Column("recency_at", "maximum", int, settable=False, clearable=False),
)
INDEX: Final[Mapping[str, int]] = {column.name: place for place, column in enumerate(COLUMNS)}
_RECENCY: Final = INDEX["recency_at"]
_UPDATED: Final = INDEX["updated_at"]


_NOTHING: Final[tuple[Cell | None, ...]] = (None,) * len(COLUMNS)


@dataclass(frozen=True, slots=True)
class Patch:
    """A cell, or None, for each of ``COLUMNS``."""

    cells: tuple[Cell | None, ...] = _NOTHING

    def __bool__(self) -> bool:
        """Tell whether anything is set."""
        return self is not EMPTY and self.cells != _NOTHING

    def value(self, name: str) -> Value:
        """Give the value of a column, None too if it is not set."""
        cell = self.cells[INDEX[name]]
        return None if cell is None else cell.value


EMPTY: Final = Patch()


def last(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Merge a column whose last value wins; what is derived never replaces what is explicit."""
    if latter is None:
        return former
    if former is not None and former.explicit and not latter.explicit:
        return former
    return latter


def latch(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Merge a column whose first derived value stays; an explicit one replaces it, and the last explicit one wins."""
    if latter is None:
        return former
    if former is None or latter.explicit or (former.value is None and not former.explicit):
        return latter
    return former


def maximum(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Merge a column that only rises."""
    if former is None or latter is None:
        return latter if former is None else former
    if not isinstance(former.value, int):
        return latter
    if not isinstance(latter.value, int):
        return former
    return latter if latter.value > former.value else former


_RULES: Final[Mapping[Rule, Callable[[Cell | None, Cell | None], Cell | None]]] = {
    "last": last,
    "latch": latch,
    "maximum": maximum,
}
_MERGES: Final = tuple(_RULES[column.rule] for column in COLUMNS)


def merge(former: Patch, latter: Patch) -> Patch:
    """Give the one patch that does what two do, one after the other."""
    if latter is EMPTY:
        return former
    if former is EMPTY:
        return latter
    cells = list(former.cells)
    for place, cell in enumerate(latter.cells):
        if cell is not None:
            cells[place] = _MERGES[place](cells[place], cell)
    return Patch(tuple(cells))


def patch(values: Mapping[str, Value], *, explicit: bool = False) -> Patch:
    """Make a patch from values by column; None clears."""
    return Patch(tuple(Cell(values[c.name], explicit) if c.name in values else None for c in COLUMNS))


def is_touch(given: Patch) -> bool:
    """Tell whether a patch does no more than raise ``updated_at``."""
    cells = given.cells
    return cells[:_UPDATED] == _NOTHING[:_UPDATED] and cells[_UPDATED + 1 :] == _NOTHING[_UPDATED + 1 :]


def split_recency(given: Patch) -> tuple[Patch, Patch]:
    """Divide a patch into what it sets besides recency, and recency."""
    bare = _NOTHING
    rest = (*given.cells[:_RECENCY], None, *given.cells[_RECENCY + 1 :])
    recency = (*bare[:_RECENCY], given.cells[_RECENCY], *bare[_RECENCY + 1 :])
    return Patch(rest), Patch(recency)


def at_rest(given: Patch) -> Patch:
    """Give a patch as a row holds it: what is derived and cleared is as if it had never been set."""
    return Patch(
        tuple(None if cell is None or (cell.value is None and not cell.explicit) else cell for cell in given.cells)
    )
