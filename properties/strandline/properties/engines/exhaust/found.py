"""What a search found: a verdict on each law, exact counts, and what ended it if it did not end by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.verdict import Verdict

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Value


NO_LAW: Final = "no law is declared"
"""What a search is told to judge nothing for."""


class Budget(NamedTuple):
    """What a search may use: states it may reach, bytes that the process may take for it, and seconds; None for no end.

    A search that needs more ends, within a layer too, and its verdicts are inconclusive.
    """

    states: int = 200_000_000
    memory: int = 6 << 30
    seconds: float | None = None


class Step(NamedTuple):
    """One step of a trace: an action, its actor, and the way in which it went."""

    action: str
    actor: str | None
    way: int = 0
    label: str = ""


class Shown(NamedTuple):
    """A trace with what it leads through: all components at first, and after each step those that changed.

    A trace that goes round for ever has ``loop``, the number of steps before the first one of the round.
    """

    steps: tuple[Step, ...]
    first: dict[str, Value]
    after: tuple[dict[str, Value], ...]
    loop: int | None = None


class Finding(NamedTuple):
    """What came of one law.

    ``reached`` counts the states, or the things told, that a *sometimes* law was shown by. ``traces`` are
    shortest ones that break the law, different in how they end; of each kind the one with the fewest switches.
    ``vacuous`` says of a law that it judged nothing, so that it is no pass.
    """

    law: str
    verdict: Verdict
    says: str
    reached: int = 0
    traces: tuple[Shown, ...] = ()
    vacuous: bool = False


@dataclass(slots=True)
class Counts:
    """How large the search was; exact up to where it ended.

    ``calls`` counts answers of the actions' functions, each for a distinct value of what it read; ``peeks`` the calls
    that were left because the function wanted to read more; ``judged`` the answers of laws about states. ``terminal``
    counts the states in which nothing can happen, of those that were gone on from. ``memory`` is the peak of the
    process in bytes, 0 where the system does not tell. ``costly`` says which function was called most, and what it
    read, where calls are many.
    """

    states: int = 0
    transitions: int = 0
    depth: int = 0
    widest: int = 0
    frontier: int = 0
    firings: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    peeks: int = 0
    judged: int = 0
    terminal: int = 0
    memory: int = 0
    costly: str = ""

    def so_far(self) -> Counts:
        """Give what is known while a search goes on, as it is now."""
        return Counts(self.states, self.transitions, self.depth, self.widest, self.frontier, memory=self.memory)


class Status(NamedTuple):
    """How far a search has come.

    ``counts`` is of whole layers, and ``expanded`` counts the states of the layer at hand that were gone on from since.
    ``broken`` names the laws that are broken by now. ``asking`` is the function that is being asked, for ``waited``
    seconds by now; it is empty if there is none. ``ahead`` is told before the search, of what will
    take long.
    """

    counts: Counts
    expanded: int = 0
    broken: tuple[str, ...] = ()
    asking: str = ""
    waited: float = 0.0
    ahead: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a search.

    ``ended`` says why it ended before every state was reached, and is empty if it did not; ``unfired`` names the
    actions that never happened, of which no law says anything then.
    """

    world: str
    counts: Counts
    findings: tuple[Finding, ...]
    ended: str
    unfired: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all: violated before inconclusive before holds; without a law nothing was judged."""
        verdicts = {finding.verdict for finding in self.findings}
        if Verdict.VIOLATED in verdicts:
            return Verdict.VIOLATED
        whole = self.findings and not self.ended and not self.unfired and Verdict.INCONCLUSIVE not in verdicts
        return Verdict.HOLDS if whole else Verdict.INCONCLUSIVE

    @property
    def vacuous(self) -> tuple[str, ...]:
        """What would be a pass about nothing: each law that judged nothing and why, or that there is no law."""
        if not self.findings:
            return (NO_LAW,)
        return tuple(f"{finding.law}: {finding.says}" for finding in self.findings if finding.vacuous)
