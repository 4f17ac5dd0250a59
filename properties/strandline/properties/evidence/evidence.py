"""Makes the evidence of one check: a versioned JSON document that a reviewer can compare with a run of their own."""

from __future__ import annotations

import hashlib
import platform
import sqlite3
from importlib import import_module
from importlib.metadata import version
from inspect import cleandoc
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from strandline.properties.core.version import __version__
from strandline.properties.evidence.document import (
    Claims,
    EngineOutcome,
    Evidence,
    KillOutcome,
    LawOutcome,
    Machine,
    MutantOutcome,
    RunOutcome,
    Said,
)
from strandline.properties.evidence.replay import file_name, to_file
from strandline.properties.evidence.shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from strandline.properties.core.findings import Findings, Judgement
    from strandline.properties.core.verdict import Claim, Exhibit, MutantKill, Trace
    from strandline.properties.evidence.bounds import ClaimKind

PACKAGES: Final = ("strandline.model", "strandline.impl", "strandline.properties")
"""The packages whose sources are digested."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

JUDGES: Final = (
    "strandline.model",
    "strandline.properties.core",
    "strandline.properties.engines",
    "strandline.properties.harness",
    "strandline.properties.systems",
)
"""The packages that say what is right. A law can be weakened here with its sentence left as it was."""

KINDS: Final[dict[str, ClaimKind]] = {
    "prove": "proved",
    "exhaust": "searched",
    "agree": "compared",
    "fuzz": "sampled",
    "traces": "replayed",
    "teeth": "caught",
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


def gather(  # noqa: PLR0913 - what was found, when, and what goes with it
    findings: Findings,
    began: datetime,
    seconds: float,
    unshown: tuple[str, ...] = DOES_NOT_SHOW,
    exhibits: Mapping[Trace, Exhibit] | None = None,
    *,
    more: Mapping[str, str] = MappingProxyType({}),
    full: bool = False,
    until_broken: bool = False,
) -> Evidence:
    """Make the document of a check.

    Args:
        findings: what was found.
        began: when the check began.
        seconds: how long it took.
        unshown: what a pass does not show.
        exhibits: what came of the traces when their steps were taken again.
        more: the sha256 of sources beside those of the packages, by name.
        full: whether nothing was left out for want of time.
        until_broken: whether the first broken law that a search found ended it.
    """
    taken = exhibits or {}
    return Evidence(
        format="strandline evidence",
        version=3,
        claims=Claims(
            subject=findings.subject,
            full=full,
            sources={**sources(), **more},
            judges=_digests(JUDGES),
            verdict=findings.verdict().value,
            laws=tuple(map(_law, findings.judgements())),
            engines=tuple(EngineOutcome(*run) for run in findings.runs),
            machines=_machines(findings.claims),
            mutants=tuple(_mutant(claim.law, one) for claim in findings.claims for one in claim.mutants),
            traces={file_name(trace): to_file(trace, taken.get(trace)) for trace in findings.traces()},
            shown={file_name(trace): shown(one) for trace, one in taken.items() if one.fits == len(trace.steps)},
            skipped=tuple(run.engine for run in findings.runs if run.state == "skipped"),
            does_not_show=unshown,
            until_broken=until_broken,
            only=findings.only,
        ),
        run=ran_here(began.isoformat(timespec="seconds"), seconds),
    )


def sources() -> dict[str, str]:
    """Give the sha256 of the sources of each package."""
    return _digests(PACKAGES)


def _digests(packages: tuple[str, ...]) -> dict[str, str]:
    return {name: digest(Path(import_module(name).__file__ or "").parent) for name in packages}


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


def _mutant(law: str, one: MutantKill) -> MutantOutcome:
    kill = KillOutcome(one.engine, one.caught, law if one.caught else None, dict(one.counts), one.steps)
    return MutantOutcome(one.design, one.hazard, one.says, one.engine, (kill,))


def _law(judgement: Judgement) -> LawOutcome:
    law = judgement.law
    return LawOutcome(
        law=law.number,
        name=law.name,
        kind=law.kind,
        statement=law.says,
        why=law.why,
        sometimes=law.cover.says if law.cover else None,
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
    """Tell what a pass of an engine is worth, by the first word of its name; one that is not known, the least."""
    return KINDS.get(engine.split(maxsplit=1)[0], "sampled")


def grouped(laws: Iterable[LawOutcome]) -> list[tuple[tuple[str, ...], Said]]:
    """Put together what an engine says of several laws in the same words, and with the same counts."""
    groups: dict[bytes, tuple[list[str], Said]] = {}
    for law in laws:
        for claim in law.claims:
            key = msgspec.json.encode(msgspec.structs.replace(claim, reached=None))
            groups.setdefault(key, ([], claim))[0].append(law.law)
    return [(tuple(dict.fromkeys(numbers)), claim) for numbers, claim in groups.values()]


def encode(document: Any) -> bytes:  # noqa: ANN401 - a document of any kind, or a schema
    """Write a document down as JSON."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def schema() -> bytes:
    """Give the JSON Schema of the document, the same on every Python."""
    told = {"$schema": DIALECT, **msgspec.json.schema(Evidence)}
    return encode(_unindented(told))


def _unindented(told: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Take the indentation out of texts: that of docstrings is kept by Python 3.12 and dropped by 3.13."""
    if isinstance(told, dict):
        return {name: _unindented(value) for name, value in told.items()}
    if isinstance(told, list):
        return [_unindented(value) for value in told]
    return cleandoc(told) if isinstance(told, str) else told


def digest(folder: Path) -> str:
    """Give the sha256 of the Python files below a folder: the path, length and content of each, by ascending path."""
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.py")):
        content = path.read_bytes()
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
