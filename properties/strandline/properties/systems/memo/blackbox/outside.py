"""The laws as they can be judged from outside: four of them by what a scanner answers, the others not at all.

The judges are those of :mod:`strandline.properties.systems.memo.spec.laws`. What differs is said differently, and the
covers are others: a black box shows neither its memo nor what it reads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.model.memo.events import Answered
from strandline.properties.core.law import Cover
from strandline.properties.systems.memo.spec.laws import LAWS

if TYPE_CHECKING:
    from strandline.model.memo.events import Event
    from strandline.properties.core.law import Law

INSIDE: Final = "needs to see inside: what is stored, and what is read, shows in no answer"
"""Why a law is not applicable."""


class Revised(Answered):
    """An answer without a turn that an earlier answer of its window had."""

    __slots__ = ()


class Compared(Answered):
    """Two answers, of a window that has ended and of one that has not, over rows that both hold."""

    __slots__ = ()


def _revised(event: Event) -> bool:
    return isinstance(event, Revised)


def _compared(event: Event) -> bool:
    return isinstance(event, Compared) and bool(event.turns)


_SEEN: Final[dict[str, tuple[str, Cover | None, type[Event] | None]]] = {
    "M1": (
        "An answer equals the full scan of a commit that the path led to between the refresh's begin and its end.",
        Cover("an answer no longer has a turn that an earlier one had", _revised),
        None,
    ),
    "M2": ("A log that cannot be read is unavailable, and no answer.", None, None),
    "M5": ("Once the world is quiet, two refreshes are both exact.", None, None),
    "M7": (
        "A window that ended before today and one that did not, over the same rows, have the same turns.",
        Cover("two such windows are compared, and have turns", _compared),
        Compared,
    ),
}


def _outside(law: Law) -> Law:
    if law.number not in _SEEN:
        return replace(law, holds=None, cover=None, of=())
    says, cover, kind = _SEEN[law.number]
    return replace(law, says=says, cover=cover or law.cover, of=law.of if kind is None else (kind,))


OUTSIDE: Final[tuple[Law, ...]] = tuple(map(_outside, LAWS))
"""Every law: those that can be seen from outside with their judges, the others without."""
