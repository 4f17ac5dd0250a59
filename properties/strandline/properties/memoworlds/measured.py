"""A measure that every step of a memo world raises: what was spent, and how far each refresh has come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.exhaust.world import Progress
from strandline.properties.memoworlds.parts import births_max, changing, of, reach, uncounted

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.state import Scope
    from strandline.properties.memoworlds.parts import Held

GATES: Final = ("locate", "connect", "read", "check", "store")

UNREADS: Final = frozenset({"append and prune", "delete", "empty", "reset", "restore", "copy", "commit amid"})
"""What may make a scan that reads part by part begin anew, and so undo what it has read."""


BACK: Final = frozenset({"tries", "swaps"})
"""The counts of what brings a refresh back to an earlier gate."""


def progress(scope: Scope) -> Progress | None:
    """Give the measure of a scope; None if a refresh may go back and nothing counts how often.

    To get through a gate weighs more than to read one part more, to start over or to lose a swap
    weighs more than all gates, to end weighs more than all of that, and to start one more weighs most.
    """
    rows, limits, may = births_max(scope), scope.limits, {name for name, _ in scope.budget}
    if (limits.chunk <= rows and UNREADS & may) or any(reach(scope)[count] for count in BACK & uncounted(scope)):
        return None
    gate = rows + limits.waits + 2
    again = len(GATES) * gate
    whole = (limits.tries + limits.swaps) * again
    changes = changing(scope)
    parts: dict[str, Callable[[Any], int]] = {
        f"budget.{name}": partial(_spent, count, 2 * whole if name == "start" else 1) for name, count in scope.budget
    }
    for actor in range(scope.refreshers):
        weights = {"tries": again, "swaps": again, "waits": 1}
        parts |= {of(part, actor): partial(_weighed, weight) for part, weight in weights.items()}
        parts[of("gate", actor)] = partial(_passed, gate, whole)
        parts[of("base", actor)] = _read
    return Progress({part: weight for part, weight in parts.items() if changes(part)})


def _spent(count: int, weight: int, left: int) -> int:
    return (count - left) * weight


def _weighed(weight: int, count: int) -> int:
    return count * weight


def _passed(weight: int, whole: int, gate: str | None) -> int:
    return whole if gate is None else GATES.index(gate) * weight


def _read(base: Held | None) -> int:
    return max(0, base.memo.cursor + 1) if base is not None and base.memo is not None else 0
