"""What people read when a check has come out: a line for each law and one for each engine, the rest if asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import tallied
from strandline.properties.core.line import Tinted
from strandline.properties.core.mutant import TEETH
from strandline.properties.core.verdict import Verdict, worst
from strandline.properties.evidence import evidence, folder, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from strandline.properties.core.line import Line
    from strandline.properties.core.mutant import Mutant
    from strandline.properties.core.verdict import Exhibit, Trace
    from strandline.properties.evidence.document import Claims, EngineOutcome, Evidence, LawOutcome, Said
    from strandline.properties.systems.memo.specimens import Specimen

_VERDICT_MIN: Final = 12  # columns of a verdict in the table of laws


def saved(found: Evidence, exhibits: dict[Trace, Exhibit], drawn: list[list[str]], out: Path) -> str | None:
    """Write the evidence; give a line that says why it could not be written, None if it is."""
    try:
        folder.save(found, exhibits, drawn, out)
        runs.finish(out)
    except folder.UnwrittenError as error:
        return str(error)
    return None


def outcome(found: Evidence, out: Path | None, *, verbose: bool = False) -> Iterator[Line]:
    """Say how a check came out: a line for each law, one for each engine, the sum, the evidence.

    Args:
        found: the evidence.
        out: the folder of the evidence, None if it could not be written.
        verbose: whether every claim is told as well, with its own counts.
    """
    claims = found.claims
    verdicts = {run.engine: _verdict(claims, run) for run in claims.engines}
    wide = max(_VERDICT_MIN, *(len(law.verdict) for law in claims.laws), *map(len, verdicts.values()))
    for law in claims.laws:
        why = _why(law)
        yield f"{law.law:<4} {law.name:<10} ", _padded(law.verdict, wide if why else 0), f" {why}" if why else ""
    yield ""
    names = max((len(run.engine) for run in claims.engines), default=0)
    for run in claims.engines:
        did = _did(claims, run)
        verdict = _padded(verdicts[run.engine], wide if did else 0)
        yield f"{run.engine.ljust(names)}  ", verdict, f" {did}" if did else ""
    yield ""
    if verbose:
        for numbers, claim in evidence.grouped(claims.laws):
            yield f"{' '.join(numbers)}: ", *_claim(claim)
        yield ""
    if claims.skipped:
        yield "A skipped engine is not a pass."
    yield f"{claims.subject}: ", Tinted(claims.verdict, claims.verdict)
    if out is not None:
        yield f"evidence: {out / 'evidence.json'} and {out / 'summary.md'}"


def _why(law: LawOutcome) -> str:
    """Say why a law has its verdict, or which engines claim that it holds."""
    said = [f"{claim.engine}: {claim.says}" for claim in law.claims if claim.verdict == law.verdict != "holds"]
    if law.says or said:
        return law.says or said[0]
    return ", ".join(dict.fromkeys(claim.engine for claim in law.claims))


def _of(claims: Claims, run: EngineOutcome) -> list[tuple[str, Said]]:
    """Give what an engine claims, each with the number of its law; its machines have names that begin with its own."""
    return [
        (law.law, one) for law in claims.laws for one in law.claims if f"{one.engine} ".startswith(f"{run.engine} ")
    ]


def _verdict(claims: Claims, run: EngineOutcome) -> str:
    """Give the worst verdict of an engine, or what became of it where it did not run to its end."""
    if run.state != "ran":
        return run.state
    return worst([Verdict(one.verdict) for _, one in _of(claims, run)]).value if _of(claims, run) else "no claim"


def _did(claims: Claims, run: EngineOutcome) -> str:
    """Say what an engine did: the laws that it claims of and the most that it counted, or why it did not."""
    said = _of(claims, run)
    add = sum if run.engine == TEETH else max  # each law has mutants of its own; everything else is of all laws at once
    counts = {what: add(one.counts.get(what, 0) for _, one in said) for _, one in said[:1] for what in one.counts}
    told = [" ".join(dict.fromkeys(law for law, _ in said)), *(tallied(count, what) for what, count in counts.items())]
    return "; ".join(filter(None, [run.detail, ", ".join(filter(None, told))]))


def _padded(verdict: str, wide: int) -> Tinted:
    return Tinted(verdict.ljust(wide), verdict)


def _claim(claim: Said) -> Iterator[str | Tinted]:
    """Write one claim with its own counts; they are never added to another engine's."""
    counts = ", ".join(tallied(value, name) for name, value in claim.counts.items())
    yield f"{claim.engine}: "
    if claim.verdict != "holds":
        yield from (Tinted(claim.verdict, claim.verdict), ": ")
    yield claim.says + (f" ({counts})" if counts else "")


def listed(designs: Iterable[Mutant | Specimen], output: str) -> Iterator[str]:
    """List mutants or specimens."""
    if output == "json":
        yield json.dumps([{"name": d.name, "hazard": d.hazard, "law": d.law, "says": d.says} for d in designs])
        return
    for design in designs:
        yield f"{design.name:<24} {design.hazard:<4} {design.law:<4} {design.says}"
