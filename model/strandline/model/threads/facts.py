"""What the lines of a rollout say: patches, how two become one, and what all lines say together.

A line is known by its number: its ordinal, and a hundred for each crash before it was written. So two lines that
had one ordinal, the first of which was lost, have two numbers, and a number stands for the line and for all
lines before it.

A patch names for each column the line that its value is of; 0 says that the column is not set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

LIFE: Final = 100
"""Numbers of lines between two crashes; a world has fewer lines than that."""


class Line(NamedTuple):
    """A line of the rollout: its number, and what it says.

    ``began`` is the first line of a thread that is persisted before anything was said. ``said`` is a message,
    ``noted`` one that says nothing of the row but that it was written, ``named`` an explicit title.
    """

    number: int
    says: str


class Patch(NamedTuple):
    """What is set, by the number of the line that set it.

    ``title`` is set by the first message, or explicitly; ``model`` by the last line that tells it;
    ``updated`` and ``recency`` only rise.
    """

    title: int = 0
    explicit: bool = False
    model: int = 0
    updated: int = 0
    recency: int = 0


EMPTY: Final = Patch()


def ordinal(number: int) -> int:
    """Give the place of a line in its rollout, from 1; 0 is before the first."""
    return number % LIFE


def of_line(line: Line) -> Patch:
    """Give what a line sets."""
    number = line.number
    match line.says:
        case "began":
            return Patch(model=number, updated=number)
        case "said":
            return Patch(title=number, model=number, updated=number, recency=number)
        case "noted":
            return Patch(updated=number)
        case "named":
            return Patch(title=number, explicit=True, updated=number)
    raise ValueError(line)


def merge(former: Patch, latter: Patch) -> Patch:
    """Give the one patch that does what two do, one after the other."""
    newer = latter.title != 0 and (latter.explicit or former.title == 0)
    return Patch(
        latter.title if newer else former.title,
        latter.explicit if newer else former.explicit,
        latter.model or former.model,
        max(former.updated, latter.updated),
        max(former.recency, latter.recency),
    )


def is_touch(patch: Patch) -> bool:
    """Tell whether a patch says no more than that something was written."""
    return patch._replace(updated=0) == EMPTY


def without_recency(patch: Patch) -> Patch:
    """Give what a patch sets besides recency."""
    return patch._replace(recency=0)


def fold(lines: Iterable[Line]) -> Patch:
    """Give what lines say together, column by column and not line by line: it does not call :func:`merge`."""
    lines = tuple(lines)
    named = [line.number for line in lines if line.says == "named"]
    said = [line.number for line in lines if line.says == "said"]
    models = [line.number for line in lines if line.says in ("said", "began")]
    return Patch(
        title=named[-1] if named else said[0] if said else 0,
        explicit=bool(named),
        model=models[-1] if models else 0,
        updated=max((line.number for line in lines), default=0),
        recency=max(said, default=0),
    )


def through(lines: tuple[Line, ...], number: int) -> tuple[Line, ...] | None:
    """Give the lines up to a number, None if the rollout has no such history; 0 is before the first."""
    place = ordinal(number)
    if place == 0:
        return ()
    return lines[:place] if place <= len(lines) and lines[place - 1].number == number else None
