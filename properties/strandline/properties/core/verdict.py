"""What an engine says: verdicts, claims, and the traces that bear a violation out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from strandline.properties.core.counting import many

if TYPE_CHECKING:
    from strandline.model.terms import Step


class Verdict(StrEnum):
    """How a law came out of an engine; one that is not applicable says nothing for or against a subject."""

    HOLDS = "holds"
    VIOLATED = "violated"
    INCONCLUSIVE = "inconclusive"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"


EXIT_CODES: Final = {Verdict.HOLDS: 0, Verdict.VIOLATED: 1, Verdict.INCONCLUSIVE: 3, Verdict.BROKEN: 4}
"""What a process ends with; 2 is a mistake in the call."""

COLORS: Final = {"holds": "green", "violated": "red", "inconclusive": "yellow", "broken": "magenta"}
"""The color of a verdict at a terminal."""

_WORST_FIRST: Final = (
    Verdict.VIOLATED,
    Verdict.BROKEN,
    Verdict.INCONCLUSIVE,
    Verdict.HOLDS,
    Verdict.NOT_APPLICABLE,
)


def worst(verdicts: list[Verdict]) -> Verdict:
    """Give the worst of some verdicts; none at all is no pass.

    A violation that was found stays found, whatever else failed: its trace can be taken again.
    """
    return min(verdicts, key=_WORST_FIRST.index, default=Verdict.INCONCLUSIVE)


class SubjectError(Exception):
    """The subject broke, so it cannot be judged; one line says how."""


class PartedError(AssertionError):
    """What was checked and what checks it disagree on what happened."""


class LawBrokenError(AssertionError):
    """A step broke a law; ``steps`` lead there."""

    def __init__(self, law: str, world: str, steps: tuple[Step, ...], event: object) -> None:
        """Name the law, the world, the steps and the event."""
        super().__init__(f"{law} is broken in world {world!r} after {many(len(steps), 'step')}, by {event}")
        self.law = law
        self.world = world
        self.steps = steps


class Trace(NamedTuple):
    """The steps that lead to a violation, enough to take them again.

    ``subject`` names what was checked: the reference model, the shipped scanner, or a mutant
    of it. ``world`` names the bounded world that the steps belong to.
    """

    subject: str
    world: str
    law: str
    steps: tuple[Step, ...]


class Change(NamedTuple):
    """What a step changed, in words: what, before, after."""

    what: str
    before: str
    after: str


class Frame(NamedTuple):
    """One step of a trace as it is shown: who (None is the environment), what, and what changed."""

    actor: int | None
    title: str
    changes: tuple[Change, ...]


class Look(NamedTuple):
    """What a step, by its place, looked at: what it is called, and what it was."""

    place: int
    what: str
    value: str


class Scan(NamedTuple):
    """What a full scan says beside the answer of a step: one of the answer's snapshot, and one of the log by then."""

    place: int
    snapshot: str
    now: str


class Exhibit(NamedTuple):
    """A trace taken again: its frames, how it ends, and whether it still breaks the law.

    ``ending`` are lines that say what was wrong, such as the oracle's turns beside the
    answer's. ``fits`` tells how many steps were taken; a trace that was not taken in whole is
    not a pass. ``first`` is what stood there before the first step, by name and value; ``at``
    the number of the step that broke the law, from 1, None if none did. ``why`` tells why the
    step after the last one taken does not fit; it is empty if the taking ended there on purpose.
    ``looks`` are what the steps looked at, ``scans`` what full scans say beside their answers.
    ``judged`` counts what happened in the steps of a kind that the law judges; where nothing did, that it
    is not broken is no pass. ``actors`` are what they are called, by number; None says that they are refreshes.
    """

    trace: Trace
    frames: tuple[Frame, ...]
    ending: tuple[str, ...]
    fits: int
    broken: bool
    first: tuple[tuple[str, str], ...] = ()
    at: int | None = None
    why: str = ""
    looks: tuple[Look, ...] = ()
    scans: tuple[Scan, ...] = ()
    judged: int = 0
    actors: tuple[str, ...] | None = None


class MutantKill(NamedTuple):
    """How a known-bad design fared with the engine that must catch it: after how much of what, by how long a trace."""

    design: str
    hazard: str
    says: str
    engine: str
    caught: bool
    counts: tuple[tuple[str, int], ...] = ()
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What one engine says of one law.

    ``bounds`` tell within which limits, ``counts`` what was done to find out; both are the
    same in every run of a deterministic engine. ``reached`` counts how often the law's
    *sometimes* was seen, None if it has none. ``fired`` counts for each rule of a state machine
    how often it fired; empty for an engine that has none. ``mutants`` are the known-bad designs that break
    the law, where the claim is about what catches them.
    """

    law: str
    engine: str
    verdict: Verdict
    says: str
    bounds: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    reached: int | None = None
    trace: Trace | None = None
    fired: tuple[tuple[str, int], ...] = ()
    mutants: tuple[MutantKill, ...] = ()


Report: TypeAlias = Callable[[str], None]
"""Takes a line of progress."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to find out: ``run`` gives its claims on a subject, telling its progress on the way.

    ``searches`` tells whether it looks for violations, and does not only take again what was found before. ``of`` are
    the numbers of the laws that it says anything of; none means any law.
    """

    name: str
    says: str
    run: Callable[[str, Report], Iterator[Claim]]
    searches: bool = True
    of: tuple[str, ...] = ()
