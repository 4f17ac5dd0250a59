"""The evidence of one check: a versioned JSON document that a reviewer can compare with a run of their own.

Everything that follows from the sources alone is in ``claims``, byte for byte the same in every run of deterministic
engines; time and machine are in ``run``.
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

from strandline.properties import __version__
from strandline.properties.report.bounds import (
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
from strandline.properties.report.replay import TraceFile, file_name, to_file
from strandline.properties.report.shown import TraceShown, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from strandline.properties.check import Findings, Judgement
    from strandline.properties.verdict import Claim, Exhibit, Trace

PACKAGES: Final = ("strandline.model", "strandline.impl", "strandline.properties")
"""The packages whose sources are digested."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

JUDGES: Final = (
    "strandline.model.days",
    "strandline.model.events",
    "strandline.model.oracle",
    "strandline.model.rules",
    "strandline.properties.contracts",
    "strandline.properties.harness.ghosts",
    "strandline.properties.laws",
    "strandline.properties.quiet",
)
"""The modules that say what is right. A law can be weakened here with its sentence left as it was."""

KINDS: Final[dict[str, ClaimKind]] = {
    "prove": "proved",
    "exhaust": "searched",
    "agree": "compared",
    "fuzz": "sampled",
}
"""What a pass is worth, by the first word of the engine's name; the strongest first."""

TOOLS: Final = ("crosshair-tool", "hypothesis", "msgspec", "numpy", "trio", "z3-solver")
"""The distributions that an engine's claims may depend on."""

DOES_NOT_SHOW: Final = (
    "The worlds are bounded: so many rows, refreshes and changes, and no more.",
    "Every interleaving means at gate granularity, between two accesses to something shared, not between bytecodes.",
    "The environment decides which inode number a new file gets; a file system of another habit is not watched.",
    "Fuzzing samples: no violation in so many cases says nothing certain about the next one.",
    "SQLite, the operating system and the disk are taken at their word.",
    "Rows rewritten in place where they were read, and rows inserted below the highest id, are assumed away.",
)
"""What a pass does not show."""


class Said(msgspec.Struct, frozen=True):
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


class LawOutcome(msgspec.Struct, frozen=True):
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


class Machine(msgspec.Struct, frozen=True):
    """How often each rule of a state machine fired, and how often each law's *sometimes* was reached in its play."""

    engine: Name
    rules: Annotated[dict[Name, Count], FEW]
    sometimes: Annotated[dict[Name, Count], FEW]


class EngineOutcome(msgspec.Struct, frozen=True):
    """What became of one engine; one that was skipped is no pass."""

    engine: Name
    says: Text
    state: EngineState
    detail: Text


class Bite(msgspec.Struct, frozen=True):
    """What one engine made of one mutant: whether it caught it, by which law, after how much, by how long a trace."""

    engine: Name
    caught: bool
    law: Name | None
    counts: Annotated[dict[Name, Count], FEW]
    steps: Count | None


class MutantOutcome(msgspec.Struct, frozen=True):
    """How a mutant fared: the engine that must catch it, and what each engine that was tried made of it."""

    mutant: Name
    hazard: Name
    says: Text
    engine: Name
    bites: Annotated[tuple[Bite, ...], FEW]

    @property
    def caught(self) -> bool:
        """Tell whether the engine that must catch it did."""
        return any(bite.caught for bite in self.bites if bite.engine == self.engine)


class Claims(msgspec.Struct, frozen=True):
    """What was found, and of what: all that two runs on the same sources have in common."""

    subject: Name
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


class RunOutcome(msgspec.Struct, frozen=True):
    """When, how long (seconds) and on what it ran."""

    began: Name
    seconds: Seconds
    strandline: Name
    python: Name
    sqlite: Name
    system: Name
    tools: Annotated[dict[Name, Name], FEW]
    """The versions of what the engines rest on."""


class Evidence(msgspec.Struct, frozen=True):
    """The document; ``version`` is raised when its meaning changes."""

    format: Literal["strandline evidence"]
    version: Literal[3]
    claims: Claims
    run: RunOutcome


def gather(  # noqa: PLR0913 - what was found, when, and what goes with it
    findings: Findings,
    began: datetime,
    seconds: float,
    unshown: tuple[str, ...] = DOES_NOT_SHOW,
    show: Callable[[Trace], Exhibit | None] = lambda _trace: None,
    mutants: tuple[MutantOutcome, ...] = (),
) -> Evidence:
    """Make the document of a check.

    Args:
        findings: what was found.
        began: when the check began.
        seconds: how long it took.
        unshown: what a pass does not show.
        show: takes the steps of a trace again; None if that fails.
        mutants: how the mutants fared, if any were tried.
    """
    exhibits = ((trace, show(trace)) for trace in findings.traces())
    return Evidence(
        format="strandline evidence",
        version=3,
        claims=Claims(
            subject=findings.subject,
            sources=sources(),
            judges={name: _file_digest(name) for name in JUDGES},
            verdict=findings.verdict().value,
            laws=tuple(map(_law, findings.judgements())),
            engines=tuple(EngineOutcome(*run) for run in findings.runs),
            machines=_machines(findings.claims),
            mutants=mutants,
            traces={file_name(trace): to_file(trace) for trace in findings.traces()},
            shown={file_name(trace): shown(exhibit) for trace, exhibit in exhibits if exhibit is not None},
            skipped=tuple(run.engine for run in findings.runs if run.state == "skipped"),
            does_not_show=unshown,
        ),
        run=ran_here(began.isoformat(timespec="seconds"), seconds),
    )


def sources() -> dict[str, str]:
    """Give the sha256 of the sources of each package."""
    return {name: digest(Path(import_module(name).__file__ or "").parent) for name in PACKAGES}


def _file_digest(module: str) -> str:
    return hashlib.sha256(Path(import_module(module).__file__ or "").read_bytes()).hexdigest()


def ran_here(began: str, seconds: float) -> RunOutcome:
    """Tell of a run on this machine when it began and how long it took."""
    return RunOutcome(
        began=began,
        seconds=round(seconds, 3),
        strandline=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        sqlite=sqlite3.sqlite_version,
        system=platform.platform(),
        tools={name: version(name) for name in TOOLS},
    )


def _machines(claims: tuple[Claim, ...]) -> tuple[Machine, ...]:
    """Give the counts of each machine once; every claim that rests on it has those of its rules."""
    played = {claim.engine: claim.fired for claim in claims if claim.fired}
    return tuple(
        Machine(
            engine,
            dict(fired),
            {claim.law: claim.reached for claim in claims if claim.engine == engine and claim.reached is not None},
        )
        for engine, fired in played.items()
    )


def _law(judgement: Judgement) -> LawOutcome:
    law = judgement.law
    return LawOutcome(
        law=law.number,
        name=law.name,
        kind=law.kind,
        statement=law.says,
        why=law.why,
        sometimes=law.twin.says if law.twin else None,
        verdict=judgement.verdict.value,
        says=judgement.says,
        claims=tuple(map(_said, judgement.claims)),
    )


def _said(claim: Claim) -> Said:
    return Said(
        engine=claim.engine,
        kind=kind(claim.engine),
        verdict=claim.verdict.value,
        says=claim.says,
        bounds=dict(claim.bounds),
        counts=dict(claim.counts),
        reached=claim.reached,
    )


def kind(engine: str) -> ClaimKind:
    """Tell what a pass of an engine is worth, by the first word of its name.

    Raises:
        KeyError: there is no such engine.
    """
    return KINDS[engine.split(maxsplit=1)[0]]


def grouped(laws: Iterable[LawOutcome]) -> list[tuple[tuple[str, ...], Said]]:
    """Put together what an engine says of several laws in the same words, and with the same counts."""
    groups: dict[bytes, tuple[list[str], Said]] = {}
    for law in laws:
        for claim in law.claims:
            key = msgspec.json.encode(msgspec.structs.replace(claim, reached=None))
            groups.setdefault(key, ([], claim))[0].append(law.law)
    return [(tuple(dict.fromkeys(numbers)), claim) for numbers, claim in groups.values()]


def encode(evidence: Evidence) -> bytes:
    """Write the document down as JSON."""
    return msgspec.json.format(msgspec.json.encode(evidence), indent=2) + b"\n"


def schema() -> bytes:
    """Give the JSON Schema of the document."""
    told = msgspec.json.schema(Evidence)
    return msgspec.json.format(msgspec.json.encode({"$schema": DIALECT, **told}), indent=2) + b"\n"


def digest(folder: Path) -> str:
    """Give the sha256 of the Python files below a folder: the path, length and content of each, by ascending path."""
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.py")):
        content = path.read_bytes()
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
