"""The evidence of one check: a versioned JSON document that a reviewer can compare with a run of their own.

Everything that follows from the sources alone is in ``claims``, byte for byte the same in every run of deterministic
engines; time and machine are in ``run``.
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from strandline.properties import __version__
from strandline.properties.report.replay import TraceFile, file_name, to_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from strandline.properties.check import Findings, Judgement
    from strandline.properties.verdict import Claim, Exhibit, Trace

PACKAGES: Final = ("strandline.model", "strandline.impl", "strandline.properties")
"""The packages whose sources are digested."""

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

    engine: str
    verdict: str
    says: str
    bounds: dict[str, str]
    counts: dict[str, int]
    reached: int | None
    """How often the law's *sometimes* was seen, null if it has none."""


class LawOutcome(msgspec.Struct, frozen=True):
    """How one law came out."""

    law: str
    name: str
    kind: str
    statement: str
    sometimes: str | None
    verdict: str
    says: str
    claims: tuple[Said, ...]


class Machine(msgspec.Struct, frozen=True):
    """How often each rule of a state machine fired, and how often each law's *sometimes* was reached in its play."""

    engine: str
    rules: dict[str, int]
    sometimes: dict[str, int]


class EngineOutcome(msgspec.Struct, frozen=True):
    """What became of one engine; one that was skipped is no pass."""

    engine: str
    says: str
    state: str
    detail: str


class Claims(msgspec.Struct, frozen=True):
    """What was found, and of what: all that two runs on the same sources have in common."""

    subject: str
    sources: dict[str, str]
    """The sha256 of each package's sources."""
    verdict: str
    laws: tuple[LawOutcome, ...]
    engines: tuple[EngineOutcome, ...]
    machines: tuple[Machine, ...]
    traces: dict[str, TraceFile]
    """The shortest trace to each violated law, by the name of its file."""
    skipped: tuple[str, ...]
    does_not_show: tuple[str, ...]


class RunOutcome(msgspec.Struct, frozen=True):
    """When, how long (seconds) and on what it ran."""

    began: str
    seconds: float
    strandline: str
    python: str
    sqlite: str
    system: str


class Evidence(msgspec.Struct, frozen=True):
    """The document; ``version`` is raised when its meaning changes."""

    version: Literal[2]
    claims: Claims
    run: RunOutcome


def gather(
    findings: Findings,
    began: datetime,
    seconds: float,
    unshown: tuple[str, ...] = DOES_NOT_SHOW,
    exhibits: Mapping[Trace, Exhibit] | None = None,
) -> Evidence:
    """Make the document of a check that began at an instant and took so long.

    ``unshown`` is what a pass leaves out, ``exhibits`` what came of the traces.
    """
    taken = exhibits or {}
    return Evidence(
        version=2,
        claims=Claims(
            subject=findings.subject,
            sources=sources(),
            verdict=findings.verdict(),
            laws=tuple(map(_law, findings.judgements())),
            engines=tuple(EngineOutcome(*run) for run in findings.runs),
            machines=_machines(findings.claims),
            traces={file_name(trace): to_file(trace, taken.get(trace)) for trace in findings.traces()},
            skipped=tuple(run.engine for run in findings.runs if run.state == "skipped"),
            does_not_show=unshown,
        ),
        run=ran_here(began.isoformat(timespec="seconds"), seconds),
    )


def sources() -> dict[str, str]:
    """Give the sha256 of the sources of each package."""
    return {name: digest(Path(import_module(name).__file__ or "").parent) for name in PACKAGES}


def ran_here(began: str, seconds: float) -> RunOutcome:
    """Tell of a run on this machine when it began and how long it took."""
    return RunOutcome(
        began=began,
        seconds=round(seconds, 3),
        strandline=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        sqlite=sqlite3.sqlite_version,
        system=platform.platform(),
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
        sometimes=law.twin.says if law.twin else None,
        verdict=judgement.verdict,
        says=judgement.says,
        claims=tuple(map(_said, judgement.claims)),
    )


def _said(claim: Claim) -> Said:
    return Said(claim.engine, claim.verdict, claim.says, dict(claim.bounds), dict(claim.counts), claim.reached)


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


def digest(folder: Path) -> str:
    """Give the sha256 of the Python files below a folder: the path, length and content of each, by ascending path."""
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.py")):
        content = path.read_bytes()
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
