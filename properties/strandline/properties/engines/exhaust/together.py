"""The evidence of several worlds that were searched together, and what people read of it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from strandline.properties.core.counting import many
from strandline.properties.core.line import Tinted
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import lines
from strandline.properties.engines.exhaust.account import account
from strandline.properties.engines.exhaust.report import DOES_NOT_SHOW, Claims, Effort
from strandline.properties.evidence import strict
from strandline.properties.evidence.document import RunOutcome  # noqa: TC001 - msgspec needs it at run time
from strandline.properties.evidence.evidence import ran_here, sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from strandline.properties.core.line import Line
    from strandline.properties.engines.exhaust.report import Report
    from strandline.properties.evidence.account import Account

WORST_FIRST: Final = (Verdict.VIOLATED, Verdict.BROKEN, Verdict.INCONCLUSIVE, Verdict.HOLDS)
"""A violation that was found stays found, whatever became of the other worlds."""

HEADS: Final = ("world", "states", "transitions", "depth", "calls", "seconds", "verdict")
REAL_HEADS: Final = ("real steps", "of transitions", "ms each")


class AllClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found in all worlds together, and in each.

    ``unshown`` is what must sometimes happen, and none of these worlds shows; then they are no pass, each by itself
    though it may be.
    """

    subject: str
    sources: dict[str, str]
    verdict: str
    unshown: tuple[str, ...]
    worlds: tuple[Claims, ...]
    does_not_show: tuple[str, ...]


class SeveralReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document; ``version`` is raised when its meaning changes. ``efforts`` are those of the worlds by name."""

    version: Literal[2]
    claims: AllClaims
    efforts: dict[str, Effort]
    run: RunOutcome


def together(subject: str, reports: tuple[Report, ...], began: datetime, seconds: float) -> SeveralReport:
    """Make one document of several, in their order, for searches that began at an instant and took so long together."""
    each = [report.claims.unshown for report in reports]
    unshown = tuple(one for one in each[0] if all(one in others for others in each)) if each else ()
    verdicts = [Verdict(report.claims.verdict) for report in reports] + [Verdict.INCONCLUSIVE] * bool(unshown)
    return SeveralReport(
        version=2,
        claims=AllClaims(
            subject=subject,
            sources=sources(),
            verdict=min(verdicts, key=WORST_FIRST.index),
            unshown=unshown,
            worlds=tuple(report.claims for report in reports),
            does_not_show=DOES_NOT_SHOW,
        ),
        efforts={report.claims.world: report.effort for report in reports},
        run=ran_here(began.isoformat(timespec="seconds"), seconds),
    )


def read(data: bytes) -> Account:
    """Read the document of several searches, as the renderer of evidence takes it.

    Raises:
        ValueError: it is none.
    """
    found = strict.decode(data, SeveralReport)
    if not found.claims.worlds:
        raise msgspec.ValidationError("it has no world")
    left = tuple(f"no world shows this: {line}" for line in found.claims.unshown)
    return account(found.claims.subject, found.claims.verdict, found.claims.worlds, found.run, left)


def told(report: SeveralReport) -> Iterator[Line]:
    """Say how the searches came out: a row for each world, what keeps one from being a pass, the sum."""
    claims = report.claims
    real = any(world.real is not None for world in claims.worlds)
    rows = [[*HEADS[:-1], *(REAL_HEADS if real else ()), HEADS[-1]]]
    rows += [_row(world, report.efforts[world.world], real=real) for world in claims.worlds]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:-1], wide[1:-1], strict=True)]
        verdict = row[-1] if row is rows[0] else Tinted(row[-1], row[-1])
        yield "  ".join((row[0].ljust(wide[0]), *cells, "")), verdict
    yield ""
    yield from chain.from_iterable(map(_why, claims.worlds))
    yield from (f"never seen in any of these worlds: {cover}" for cover in claims.unshown)
    verdict = Tinted(claims.verdict, claims.verdict)
    yield f"{many(len(claims.worlds), 'world')} of {claims.subject}, {report.run.seconds:,.1f} s: ", verdict


def _row(world: Claims, effort: Effort, *, real: bool) -> list[str]:
    counts = world.counts
    cells = [world.world, f"{counts.states:,}", f"{counts.transitions:,}", f"{counts.depth}", f"{counts.calls:,}"]
    cells.append(f"{effort.seconds:,.1f}")
    if real:
        work = world.real
        cells += ["", "", ""] if work is None else list(lines.worked(work, effort, counts.transitions))
    return [*cells, world.verdict]


def _why(world: Claims) -> Iterator[Line]:
    """Say what keeps a world from being a pass: what ended it, what never fired, each law that does not hold."""
    if world.ended:
        yield f"{world.world}: {world.ended}"
    if world.unfired:
        yield f"{world.world}: never fired: {', '.join(world.unfired)}"
    for law in world.laws:
        if law.verdict == Verdict.VIOLATED or (law.verdict != Verdict.HOLDS and not world.ended):
            yield f"{world.world}: {law.law}: ", Tinted(law.verdict, law.verdict), f": {law.says}"
