"""The document of evidence: what one check found, of what, and on what.

Everything that follows from the sources alone is in ``claims``, byte for byte the same in every run of deterministic
engines; time and machine are in ``run``.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from strandline.properties.evidence.bounds import (
    FEW,
    TRACES,
    ClaimKind,
    Count,
    EngineState,
    FileName,
    LawKind,
    Name,
    Outcome,
    Seconds,
    Sha256,
    Text,
)
from strandline.properties.evidence.replay import TraceFile  # noqa: TC001 - msgspec needs it at run time
from strandline.properties.evidence.shown import TraceShown  # noqa: TC001 - msgspec needs it at run time


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One claim of one engine; counts of different engines are never added up."""

    engine: Name
    kind: ClaimKind
    """What a pass of the engine is worth."""
    verdict: Outcome
    says: Text
    bounds: Annotated[dict[Name, Text], FEW]
    counts: Annotated[dict[Name, Count], FEW]
    reached: Count | None
    """How often the law's *sometimes* was seen, null if it has none."""


class LawOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one law came out."""

    law: Name
    name: Name
    kind: LawKind
    statement: Text
    why: Text
    sometimes: Text | None
    verdict: Outcome
    says: Text
    claims: Annotated[tuple[Said, ...], FEW]

    @property
    def called(self) -> str:
        """Its number and its name; a law of somebody's own world has a name alone."""
        return f"{self.law} {self.name}".rstrip()


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often each rule of a state machine fired, and how often each law's *sometimes* was reached in its play."""

    engine: Name
    rules: Annotated[dict[Name, Count], FEW]
    sometimes: Annotated[dict[Name, Count], FEW]


class EngineOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one engine; one that was skipped is no pass."""

    engine: Name
    says: Text
    state: EngineState
    detail: Text


class KillOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one engine made of one mutant: whether it caught it, by which law, after how much, by how long a trace."""

    engine: Name
    caught: bool
    law: Name | None
    counts: Annotated[dict[Name, Count], FEW]
    steps: Count | None


class MutantOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"kills": "bites"}):
    """How a mutant fared: the engine that must catch it, and what each engine made of it: ``bites`` in the document."""

    mutant: Name
    hazard: Name
    says: Text
    engine: Name
    kills: Annotated[tuple[KillOutcome, ...], FEW]

    @property
    def caught(self) -> bool:
        """Tell whether the engine that must catch it did."""
        return any(kill.caught for kill in self.kills if kill.engine == self.engine)


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found, and of what: all that two runs on the same sources have in common."""

    subject: Name
    full: bool
    """Whether nothing was left out for want of time."""
    sources: Annotated[dict[Name, Sha256], FEW]
    """The sha256 of each package's sources."""
    judges: Annotated[dict[Name, Sha256], FEW]
    """The sha256 of each module that says what is right."""
    verdict: Outcome
    laws: Annotated[tuple[LawOutcome, ...], FEW]
    engines: Annotated[tuple[EngineOutcome, ...], FEW]
    machines: Annotated[tuple[Machine, ...], FEW]
    mutants: Annotated[tuple[MutantOutcome, ...], FEW]
    traces: Annotated[dict[FileName, TraceFile], TRACES]
    """The shortest trace to each violated law, by the name of its file."""
    shown: Annotated[dict[FileName, TraceShown], TRACES]
    """The same traces in words; one that could not be taken again is missing."""
    skipped: Annotated[tuple[Name, ...], FEW]
    does_not_show: Annotated[tuple[Text, ...], FEW]
    until_broken: bool = False
    """Whether the first broken law that a search found ended it, as where a mutant is to be seen caught."""
    only: Annotated[tuple[Name, ...], FEW] = ()
    """The numbers of the laws that were asked for, the others being left out; none means all."""


class RunOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When, how long (seconds) and on what it ran."""

    began: Name
    seconds: Seconds
    strandline: Name
    python: Name
    sqlite: Name
    system: Name
    tools: Annotated[dict[Name, Name], FEW]
    """The versions of what the engines rest on."""


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document; ``version`` is raised when its meaning changes."""

    format: Literal["strandline evidence"]
    version: Literal[3]
    claims: Claims
    run: RunOutcome
