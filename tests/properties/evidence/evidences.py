"""Documents of evidence for the tests: of a run that was violated, and of one that holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from strandline.model.terms import Step
from strandline.properties.core.findings import Findings, Run
from strandline.properties.core.verdict import Claim, MutantKill, Trace, Verdict
from strandline.properties.evidence.document import Evidence, KillOutcome, MutantOutcome
from strandline.properties.evidence.evidence import encode, gather
from strandline.properties.systems.memo import drawing
from strandline.properties.systems.memo.spec.laws import LAWS

if TYPE_CHECKING:
    from pathlib import Path

LOST = Trace(
    "no second look",
    "gone",
    "M3",
    (
        Step("start", 0),
        Step("locate", 0),
        Step("connect", 0),
        Step("replace"),
        Step("start", 1),
        Step("locate", 1),
        Step("connect", 1),
        Step("read", 1),
        Step("check", 1),
        Step("store", 1),
        Step("read", 0),
        Step("check", 0),
        Step("store", 0),
    ),
)
"""A lost update: refresh 1 stores what it read from a file that is gone over what refresh 2 read from the new one."""

MUTANTS = (
    MutantOutcome(
        "torn", "H04", "reads twice", "search", (KillOutcome("search", caught=True, law="M1", counts={}, steps=5),)
    ),
    MutantOutcome(
        "slow", "H09", "rescans", "fuzz", (KillOutcome("fuzz", caught=False, law=None, counts={}, steps=None),)
    ),
)


def said(law: str, verdict: Verdict = Verdict.HOLDS, trace: Trace | None = None) -> tuple[Claim, ...]:
    """Give what two engines claim of a law."""
    bounds = (("worlds", "gone, races"), ("refreshers", "2"))
    counts = (("states", 1200), ("transitions", 3400))
    searched = Claim(law, "exhaust impl", verdict, "every state", bounds, counts, 7, trace)
    rules = (("append", 40), ("drop", 3))
    cases = (("cases", "300"), ("profile", "derandomized"))
    fuzzed = Claim(law, "fuzz", Verdict.HOLDS, "no violation", cases, (("cases", 300),), 5, fired=rules)
    return searched, fuzzed


def findings(*, violated: bool = False) -> Findings:
    """Give the findings of a run."""
    claims = [claim for law in LAWS if law.holds is not None for claim in said(law.number)]
    claims.append(Claim("M4", "prove", Verdict.HOLDS, "confirmed over all paths", (("ints", "all"),), (("paths", 9),)))
    if violated:
        claims = [claim for claim in claims if claim.law != "M3"] + [*said("M3", Verdict.VIOLATED, LOST)]
    runs = tuple(Run(name, f"does {name}", "ran") for name in ("prove", "exhaust impl", "fuzz"))
    return Findings(LOST.subject if violated else "shipped", tuple(claims), runs, LAWS)


def holding() -> Evidence:
    """Give the evidence of a run in which every law holds."""
    return gather(findings(), datetime(2026, 3, 1, tzinfo=UTC), 61.5)


def biting() -> Findings:
    """Give the findings of a run in which a known-bad design was caught, and another got away."""
    found = findings()
    designs = (
        MutantKill("torn", "H04", "reads twice", "search", caught=True, counts=(("states", 7),), steps=5),
        MutantKill("slow", "H09", "rescans", "fuzz", caught=False, counts=(("cases", 300),)),
    )
    shown = Claim("M1", "teeth", Verdict.BROKEN, "let pass slow", mutants=designs)
    runs = (*found.runs, Run("teeth", "shows teeth", "ran"))
    return replace(found, claims=(*found.claims, shown), runs=runs)


def bitten() -> Evidence:
    """Give the evidence of that run."""
    return gather(biting(), datetime(2026, 3, 1, tzinfo=UTC), 61.5)


def violated() -> Evidence:
    """Give the evidence of a run that found a lost update, with its trace shown."""
    found = findings(violated=True)
    return gather(found, datetime(2026, 3, 1, tzinfo=UTC), 61.5, exhibits=drawing.exhibited(found.traces()))


def plain(found: object) -> Any:  # noqa: ANN401 - any JSON
    """Give a document, or a part of one, as plain data, to be spoiled."""
    return msgspec.json.decode(msgspec.json.encode(found))


def written(path: Path, found: object) -> Path:
    """Write a document, or what a test made of one, to a file."""
    path.write_bytes(encode(found) if isinstance(found, Evidence) else msgspec.json.encode(found))
    return path
