"""What people read when a check has come out: the laws, what each engine rests on, and what did not run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.counting import many, tallied
from strandline.properties.report import evidence, folder, runs
from strandline.properties.report.console import COLORS
from strandline.properties.report.lanes import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from strandline.properties.mutant import Mutant
    from strandline.properties.report.document import Evidence, LawOutcome, Said
    from strandline.properties.specimens import Specimen
    from strandline.properties.verdict import Exhibit, Trace

_VERDICT_MIN: Final = 12  # columns of a verdict in the table of laws


def saved(found: Evidence, exhibits: dict[Trace, Exhibit], drawn: list[list[str]], out: Path) -> str | None:
    """Write the evidence; give a line that says why it could not be written, None if it is."""
    try:
        folder.save(found, exhibits, drawn, out)
        runs.finish(out)
    except folder.UnwrittenError as error:
        return str(error)
    return None


def outcome(found: Evidence, out: Path | None) -> Iterator[str]:
    """Say how a check came out: the laws with their claims, the engines that did not run, the sum, the evidence.

    ``out`` is the folder of the evidence, None if it could not be written.
    """
    claims = found.claims
    wide = max(_VERDICT_MIN, *(len(law.verdict) for law in claims.laws))
    for law in claims.laws:
        yield _law(law, wide)
    yield ""
    for numbers, claim in evidence.grouped(claims.laws):
        yield f"{' '.join(numbers)}: {_claim(claim)}"
    for run in claims.engines:
        if run.state != "ran":
            yield f"{run.engine} {run.state}: {printable(run.detail)}"
    if claims.skipped:
        yield "A skipped engine is not a pass."
    yield f"{claims.subject}: {_colored(claims.verdict, claims.verdict)}"
    if out is not None:
        yield f"evidence: {out / 'evidence.json'} and {out / 'summary.md'}"


def _law(law: LawOutcome, wide: int) -> str:
    """Write one law: its verdict in so many columns, and what each engine rests its claim on."""
    says = printable(law.says) or "; ".join(f"{engine} {grounds}" for engine, grounds in _grounds(law).items())
    return f"{law.law:<4} {law.name:<10} {_colored(law.verdict.ljust(wide), law.verdict)} {says}".rstrip()


def _grounds(law: LawOutcome) -> dict[str, str]:
    """Say in brief what each engine did about a law: its first count, or how many claims it makes."""
    grounds: dict[str, str] = {}
    for name in dict.fromkeys(claim.engine for claim in law.claims):
        claims = [claim for claim in law.claims if claim.engine == name]
        what, count = next(iter(claims[0].counts.items()), ("claim", 1))
        grounds[name] = tallied(count, what) if len(claims) == 1 else many(len(claims), "claim")
    return grounds


def _claim(claim: Said) -> str:
    """Write one claim with its own counts; they are never added to another engine's."""
    verdict = "" if claim.verdict == "holds" else f"{_colored(claim.verdict, claim.verdict)}: "
    counts = ", ".join(tallied(value, name) for name, value in claim.counts.items())
    return f"{claim.engine}: {verdict}{printable(claim.says)}" + (f" ({counts})" if counts else "")


def _colored(text: str, verdict: str) -> str:
    return click.style(text, fg=COLORS.get(verdict))


def listed(designs: Iterable[Mutant | Specimen], output: str) -> Iterator[str]:
    """List mutants or specimens."""
    if output == "json":
        yield json.dumps([{"name": d.name, "hazard": d.hazard, "law": d.law, "says": d.says} for d in designs])
        return
    for design in designs:
        yield f"{design.name:<24} {design.hazard:<4} {design.law:<4} {printable(design.says)}"
