"""A measure that every step of a memo world raises: what was spent, and how far each refresh has come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.model.memo.bounds import births_max, reach, uncounted
from strandline.model.memo.world import PHASES

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.memo.state import Held, Scope

UNREADS: Final = frozenset({"append and prune", "delete", "empty", "reset", "restore", "copy", "commit amid"})
"""What may make a scan that reads part by part begin anew, and so undo what it has read."""


BACK: Final = frozenset({"tries", "swaps"})
"""The counts of what brings a refresh back to an earlier gate."""


def progress(scope: Scope) -> dict[str, Callable[[Any], int]] | None:
    """Give the measure of a scope; None if a refresh may go back and nothing counts how often.

    To get through a gate weighs more than to read one part more, to start over or to lose a swap
    weighs more than all gates, to end weighs more than all of that, and to start one more weighs most.
    """
    rows, limits, may = births_max(scope), scope.limits, {name for name, _ in scope.budget}
    if (limits.chunk <= rows and UNREADS & may) or any(reach(scope)[count] for count in BACK & uncounted(scope)):
        return None
    gate = rows + limits.waits + 2
    again = len(PHASES) * gate
    whole = (limits.tries + limits.swaps) * again
    return {
        **{
            f"left.{place}": partial(_spent, count, 2 * whole if name == "start" else 1)
            for place, (name, count) in enumerate(scope.budget)
        },
        "tasks.*.tries": partial(_weighed, again),
        "tasks.*.swaps": partial(_weighed, again),
        "tasks.*.waits": partial(_weighed, 1),
        "tasks.*.phase": partial(_passed, gate, whole),
        "tasks.*.base": _read,
    }


def _spent(count: int, weight: int, left: int) -> int:
    return (count - left) * weight


def _weighed(weight: int, count: int) -> int:
    return count * weight


def _passed(weight: int, whole: int, gate: str | None) -> int:
    return whole if gate is None else PHASES.index(gate) * weight


def _read(base: Held | None) -> int:
    return max(0, base.memo.cursor + 1) if base is not None and base.memo is not None else 0
