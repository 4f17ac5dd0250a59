"""What a fault is, what was seen under it, and what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.properties.core.counting import many

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.systems.memo.faults.bench import Bench


EXACT: Final = "exact"
"""The answer is that of the oracle, which read the same log."""

MISSING: Final = "missing"
"""The empty answer that says that there is no log."""

Verdict: TypeAlias = Literal["right", "wrong", "skipped", "broken"]
"""``skipped``: the injector is missing here. ``broken``: the fault never struck, or the harness failed."""


class Fault(NamedTuple):
    """One fault.

    Args:
        id: as the list of faults numbers it, such as ``F-S1``.
        name: the fault in a few words; with the id it is the fault's own name.
        injector: what strikes, a name of :data:`~.injectors.INJECTORS`.
        run: strikes, and says to the bench what was seen.
        right: what may be seen under it: ``exact``, ``missing``, or a reason for unavailable.
        must: what of this must be seen, so that a fault that never struck is no pass; None for all of it.
    """

    id: str
    name: str
    injector: str
    run: Callable[[Bench], None]
    right: tuple[str, ...]
    must: tuple[str, ...] | None = None

    @property
    def title(self) -> str:
        """The fault's own name."""
        return f"{self.id} {self.name}"

    @property
    def needed(self) -> tuple[str, ...]:
        """What must be seen."""
        return self.right if self.must is None else self.must


@dataclass(slots=True)
class Seen:
    """What was seen under one fault: how often each outcome, what was wrong, and what is worth telling besides."""

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Result(NamedTuple):
    """What became of one fault; ``why`` says what was wrong, missing or broken, in lines."""

    fault: Fault
    verdict: Verdict
    outcomes: tuple[tuple[str, int], ...]
    why: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float


def judged(fault: Fault, seen: Seen, seconds: float) -> Result:
    """Judge what was seen: anything that is not right is wrong, and what must be seen and was not is broken."""
    outcomes = tuple(sorted(seen.outcomes.items()))
    strange = [f"{what}, {many(count, 'time')}" for what, count in outcomes if what not in fault.right]
    unseen = [f"never seen: {what}" for what in fault.needed if not seen.outcomes[what]]
    verdict: Verdict = "wrong" if seen.wrong or strange else "broken" if unseen else "right"
    return Result(fault, verdict, outcomes, (*seen.wrong, *strange, *unseen), tuple(seen.notes), seconds)
